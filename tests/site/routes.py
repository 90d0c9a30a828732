"""Every address of the site, and for those with an id one that is theirs and one that is not."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.actions.tokens import create_token
from accounts.models import ApiToken, User
from partners.models import Invitation, Partner
from reviews.interviews.outside import link_of
from satisfaction.actions.pulse import link_for

# Other packages' pages: the table opens them by prefix, and they hold their own tests.
FOREIGN_PACKAGES = ("accounts/", "admin/")


@dataclasses.dataclass(frozen=True)
class Route:
    """One address: its name in the permission table and the ids in its path."""

    name: str
    path: str
    ids: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    def url(self, ids: dict[str, Any]) -> str:
        return reverse(self.name, kwargs=ids)


def routes() -> list[Route]:
    """Every route of ours."""
    found = _walk(get_resolver().url_patterns, "", "")
    return [route for route in found if not route.path.startswith(FOREIGN_PACKAGES)]


def _walk(patterns: list[URLPattern | URLResolver], names: str, path: str) -> Iterator[Route]:
    for each in patterns:
        here = path + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{names}{each.namespace}:" if each.namespace else names
            yield from _walk(each.url_patterns, inner, here)
        else:
            yield Route(names + (each.name or ""), here, tuple(each.pattern.converters))


@dataclasses.dataclass
class World:
    """What exists while we walk, each thing twice: at `partner` and at `other_partner`."""

    partner: Partner
    other_partner: Partner
    things: dict[str, tuple[Any, Any]]

    def sees_all(self, user: User) -> bool:
        return Partner.objects.visible_to(user).filter(pk=self.other_partner.pk).exists()


Ids = dict[str, Any]
# For a person, the ids of something they may see, and of something they may not (None: there is
# no such thing for them).
Sample = Callable[[World, User], tuple[Ids, Ids | None]]


def at_partner(thing: str) -> Sample:
    """Things of partners: another partner's is not there for who may not see that partner."""

    def sample(world: World, user: User) -> tuple[Ids, Ids | None]:
        mine, theirs = ({"public_id": each.public_id} for each in world.things[thing])
        return mine, None if world.sees_all(user) else theirs

    return sample


def of_the_house(thing: str) -> Sample:
    """Things of the organisation: who may open the page may open each of them."""

    def sample(world: World, _user: User) -> tuple[Ids, Ids | None]:
        return {"public_id": world.things[thing][0].public_id}, None

    return sample


def as_file(_world: World, _user: User) -> tuple[Ids, Ids | None]:
    """An export of a list, as text, in which a stranger's name would be seen."""
    return {"file_format": "csv"}, None


def as_file_of_partner(world: World, user: User) -> tuple[Ids, Ids | None]:
    """The same of a partner."""
    mine, theirs = at_partner("partner")(world, user)
    text = {"file_format": "csv"}
    return {**mine, **text}, {**theirs, **text} if theirs else None


def line_of_deal(world: World, user: User) -> tuple[Ids, Ids | None]:
    """A line of a registration, which is known by its place in it."""
    mine, theirs = at_partner("deal")(world, user)
    lines = [deal.lines.get().pk for deal in world.things["deal"]]
    return {**mine, "line": lines[0]}, {**theirs, "line": lines[1]} if theirs else None


def version_of(thing: str, **more: Any) -> Sample:
    """A version of a review's packet, by its number."""

    def sample(world: World, user: User) -> tuple[Ids, Ids | None]:
        mine, theirs = at_partner(thing)(world, user)
        return {**mine, **more}, {**theirs, **more} if theirs else None

    return sample


def own_token(world: World, user: User) -> tuple[Ids, Ids | None]:
    """API tokens belong to one person each, whatever their role."""
    del world
    mine = ApiToken.objects.filter(secret__user=user).first()
    theirs = ApiToken.objects.exclude(secret__user=user).first()
    assert mine
    assert theirs
    return {"public_id": mine.public_id}, {"public_id": theirs.public_id}


def link(world: World, _user: User) -> tuple[Ids, Ids | None]:
    """A link is its own key: whoever holds it may open it."""
    invitation: Invitation = world.things["invitation"][0]
    return {"token": invitation.issue_token()}, None


def link_to_pulse(world: World, _user: User) -> tuple[Ids, Ids | None]:
    """The same; the person whom it asks may be anybody's."""
    address = link_for(world.things["fact_person"][0])
    return {"token": address.rstrip("/").rpartition("/")[2]}, None


def interview_link(world: World, _user: User) -> tuple[Ids, Ids | None]:
    """The link of an interviewer from outside is its own key, too."""
    interview = world.things["interview"][0]
    return {"token": link_of(interview).rstrip("/").rsplit("/", 1)[1]}, None


def give_token(user: User) -> None:
    create_token(user, name="Walk", lifetime=dt.timedelta(days=1))


DEAL_PAGES = ("deal", "deal-edit", "deal-discard", "deal-receipt", "deal-attach")
DEAL_VERBS = (
    "answer", "update", "extension", "won", "lost", "withdraw", "appeal", "flag", "submit", "amend",
    "comment", "share", "breach",
)  # fmt: skip
REVIEW_VERBS = (
    "detail", "take-up", "ask", "approve", "reject", "change", "reassign", "comment", "identify",
    "extension", "appeal",
)  # fmt: skip
INTERVIEW_VERBS = ("detail", "assign", "cancel", "reopen", "send-link", "end-link")
OF_REVIEWS = (
    "reviews:detail", "reviews:meeting", "reviews:calendar", "reviews:comment", "reviews:commit",
    "reviews:hold", "reviews:sign", "reviews:generate", "portal:review", "portal:review-comment",
    "portal:review-sign", "portal:review-calendar", "api:review-detail", "api:review-packets",
)  # fmt: skip
SAMPLES: dict[str, Sample] = {
    **{name: at_partner("review") for name in OF_REVIEWS},
    "portal:review-file": version_of("review", file_format="xlsx"),
    "reviews:publish": version_of("review", version=1),
    "reviews:file": version_of("review", version=1, file_format="xlsx"),
    "api:review-file": version_of("review", version=1, file_format="xlsx"),
    "reviews:remove-rule": of_the_house("review_rule"),
    "reviews:batch": of_the_house("packet_batch"),
    "reviews:batch-retry": of_the_house("packet_batch"),
    "reviews:batch-zip": of_the_house("packet_batch"),
    "api:authorisation-end": at_partner("authorisation"),
    "api:authorisation-list": at_partner("partner"),
    "partners:authorisations": at_partner("partner"),
    "partners:certifications": at_partner("partner"),
    "partners:certifications-export": as_file_of_partner,
    "partners:expire-certification": at_partner("certification"),
    "partners:remove-certification": at_partner("certification"),
    "partners:targets": at_partner("partner"),
    "partners:targets-export": as_file_of_partner,
    "partners:change-target": at_partner("target"),
    "partners:remove-target": at_partner("target"),
    "api:certification-list": at_partner("partner"),
    "api:target-list": at_partner("partner"),
    "partners:authorisations-export": as_file_of_partner,
    "partners:end-authorisation": at_partner("authorisation"),
    "partners:remove-authorisation": at_partner("authorisation"),
    "rules:detail": of_the_house("rules"),
    "rules:edit": of_the_house("rules"),
    "rules:remove": of_the_house("rules"),
    "sales:line": of_the_house("product_line"),
    "sales:remove-line": of_the_house("product_line"),
    "teams:add-holiday": of_the_house("team"),
    "teams:edit": of_the_house("team"),
    "teams:remove": of_the_house("team"),
    "teams:remove-holiday": of_the_house("team"),
    "actions:edit": at_partner("action"),
    "actions:status": at_partner("action"),
    "alerts:detail": at_partner("alert"),
    "alerts:thresholds": lambda *_: ({"name": "our-sales-shift"}, None),
    "api:action-detail": at_partner("action"),
    "api:alert-detail": at_partner("alert"),
    "api:customer-detail": at_partner("customer"),
    "api:customer-loss": at_partner("customer"),
    "api:line-card-list": at_partner("partner"),
    "api:person-departure": at_partner("fact_person"),
    "api:person-detail": at_partner("fact_person"),
    "api:person-list": at_partner("partner"),
    "api:person-return": at_partner("fact_person"),
    "api:result-list": at_partner("partner"),
    "api:import-cancel": of_the_house("load"),
    "api:import-detail": of_the_house("load"),
    "api:import-load": of_the_house("load"),
    "api:import-rejected-rows": of_the_house("load"),
    "api:partner-detail": at_partner("partner"),
    "api:partner-history": at_partner("partner"),
    "api:partner-merge": at_partner("partner"),
    "api:partner-unmerge": at_partner("partner"),
    "customers:apart": at_partner("customer"),
    "customers:detail": at_partner("customer"),
    "customers:edit": at_partner("customer"),
    "customers:merge": at_partner("customer"),
    "customers:remove": at_partner("customer"),
    "customers:unmerge": at_partner("customer"),
    **{f"portal:{name}": at_partner("deal") for name in DEAL_PAGES},
    **{f"api:deal-{name}": at_partner("deal") for name in ("detail", *DEAL_VERBS)},
    **{f"api:registration-{name}": at_partner("deal") for name in REVIEW_VERBS},
    "portal:deals-export": as_file,
    "portal:deal-rules-version": lambda *_: ({"version": 1}, None),
    "portal:deal-file": at_partner("deal_file"),
    "portal:deal-file-remove": at_partner("deal_file"),
    "deals:attach": at_partner("deal"),
    "deals:file": at_partner("deal_file"),
    "erasure:deal": at_partner("deal"),
    "deals:appeal": at_partner("deal"),
    "deals:ask": at_partner("deal"),
    "deals:comment": at_partner("deal"),
    "deals:decide": at_partner("deal"),
    "deals:decide-change": line_of_deal,
    "deals:detail": at_partner("deal"),
    "deals:extension": at_partner("deal"),
    "deals:identify": at_partner("deal"),
    "deals:reassign": at_partner("deal"),
    "deals:take-up": at_partner("deal"),
    "api:direct-detail": of_the_house("direct_opportunity"),
    "breaches:decide": at_partner("breach"),
    "breaches:detail": at_partner("breach"),
    "breaches:take-back": at_partner("breach"),
    "breaches:list-export": as_file,
    "direct:detail": of_the_house("direct_opportunity"),
    "direct:list-export": as_file,
    "work:detail": at_partner("deal"),
    "erasure:account": at_partner("person"),
    "erasure:contact": at_partner("contact"),
    "erasure:person": at_partner("fact_person"),
    "imports:detail": of_the_house("load"),
    "imports:discard": of_the_house("load"),
    "imports:cancel": of_the_house("load"),
    "imports:names": of_the_house("load"),
    "imports:reopen": of_the_house("load"),
    "imports:undo": of_the_house("load"),
    "api:import-undo": of_the_house("load"),
    "imports:rejected": of_the_house("load"),
    "invitation": link,
    "pulse": link_to_pulse,
    "satisfaction:said-export": as_file,
    "satisfaction:pulse-ask": at_partner("partner"),
    "partners:satisfaction": at_partner("partner"),
    "partners:satisfaction-export": as_file_of_partner,
    "portal:service-export": as_file,
    "interview-by-link": interview_link,
    **{f"interviews:{name}": at_partner("interview") for name in INTERVIEW_VERBS},
    "interviews:list-export": as_file,
    "interviews:findings-export": as_file,
    "api:interview-detail": at_partner("interview"),
    "api:interview-record": at_partner("interview"),
    "partners:detail": at_partner("partner"),
    "partners:edit": at_partner("partner"),
    "partners:history": at_partner("partner"),
    "partners:line-cards": at_partner("partner"),
    "partners:lines": at_partner("partner"),
    "partners:merge": at_partner("partner"),
    "partners:notes": at_partner("partner"),
    "partners:person": at_partner("fact_person"),
    "partners:persons": at_partner("partner"),
    "partners:remove-note": at_partner("note"),
    "partners:remove-observation": at_partner("observation"),
    "partners:remove-person": at_partner("fact_person"),
    "partners:remove-result": at_partner("result"),
    "partners:results": at_partner("partner"),
    "partners:unmerge": at_partner("partner"),
    "people:deactivate": at_partner("person"),
    "people:person": at_partner("person"),
    "people:reactivate": at_partner("person"),
    "people:resend": at_partner("invitation"),
    "people:role": at_partner("person"),
    "people:withdraw": at_partner("invitation"),
    "partners:view-as": at_partner("partner"),
    "portal:file-cancel": at_partner("file"),
    "portal:file-detail": at_partner("file"),
    "portal:file-discard": at_partner("file"),
    "portal:file-rejected": at_partner("file"),
    "portal:file-rejected-xlsx": at_partner("file"),
    "portal:file-reopen": at_partner("file"),
    "portal:person": at_partner("fact_person"),
    "profile:revoke": own_token,
    "sales:decide-dispute": at_partner("dispute"),
    "sales:dispute": at_partner("dispute"),
    "sales:take-back-dispute": at_partner("dispute"),
    "sales:feed": of_the_house("feed"),
    "actions:list-export": as_file,
    "alerts:list-export": as_file,
    "customers:list-export": as_file,
    "imports:list-export": as_file,
    "imports:rejected-xlsx": of_the_house("load"),
    "partners:line-cards-export": as_file_of_partner,
    "partners:lines-export": as_file_of_partner,
    "partners:list-export": as_file,
    "partners:persons-export": as_file_of_partner,
    "partners:results-export": as_file_of_partner,
    "people:list-export": as_file,
    "portal:people-export": as_file,
    "portal:results-export": as_file,
    "sales:feeds-export": as_file,
    "sales:products-export": as_file,
    "sales:rates-export": as_file,
    "sales:product": of_the_house("product"),
    "sales:merge-product": of_the_house("product"),
    "sales:unmerge-product": of_the_house("product"),
    "sales:no-sales": of_the_house("feed"),
}
