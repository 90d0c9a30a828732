"""The world that the walks walk through: two partners, and the same things at both."""

import csv
import datetime as dt
import functools
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Organisation, Role, User
from accounts.permissions import uses_api
from alerts.actions import recompute
from alerts.models import Alert
from channelhub.lib import months
from customers.models import Customer, CustomerContact, CustomerPartner
from deals.actions.appeals import file_appeal
from deals.actions.direct import file_breach, log_direct
from deals.actions.drafts import begin_draft, submit_deal
from deals.actions.files import attach_file
from deals.actions.reviewing import reject_deal
from deals.models import (
    Authorisation,
    Breach,
    Certification,
    Deal,
    DealFile,
    DirectOpportunity,
    ExtensionRequest,
    ReviewTeam,
    RulesOfEngagement,
    Target,
)
from imports.actions import create_import
from imports.models import Import, Source
from imports.options import Options
from partners.actions.files import own_source
from partners.models import (
    Action,
    Invitation,
    LineCard,
    LineCardObservation,
    OwnResult,
    Partner,
    PartnerExternalId,
    PartnerNote,
    PartnerTerritory,
    Person,
)
from partners.people.actions import invite
from reviews.models import Interview, InterviewPartner, PacketBatch, Review, ReviewRule
from reviews.packets.batches import begin_batch, run_item
from reviews.packets.making import make_packet, publish_packet
from reviews.quarterly.meeting import say
from reviews.quarterly.rules import Quarter
from reviews.quarterly.scheduling import review_of
from sales.models import Feed, Product, ProductLine, SalesDispute
from satisfaction.models import PulseAnswer, ServiceMonth, SurveyAnswer
from tests.conftest import LONG_AGO
from tests.site.routes import World, give_token

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2025, 12, 1)
AS_OF = dt.date(2025, 12, 31)


@pytest.fixture
def cast(
    admin: User,
    manager: User,
    chief: User,
    direct: User,
    partner_admin: User,
    partner_rep: User,
    other_manager: User,
) -> dict[str, User]:
    """One person for each role; those with an API token of their own have one."""
    people = [admin, manager, chief, direct, partner_admin, partner_rep]
    assert [person.role for person in people] == list(Role)
    for person in [*people, other_manager]:
        if uses_api(person.role):
            give_token(person)
    return {person.role: person for person in people}


@pytest.fixture
def world(
    partner: Partner,
    other_partner: Partner,
    cast: dict[str, User],
    other_partner_admin: User,
    tmp_path: Path,
    settings: Any,
) -> World:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.PACKET_DIR = tmp_path / "packets"
    both = (partner, other_partner)
    source = Source.objects.create(name="erp")
    for each in both:
        PartnerTerritory.objects.create(partner=each, territory="North", valid=LONG_AGO)
        PartnerExternalId.objects.create(partner=each, source=source, external_id=each.number)
    Organisation.objects.update(logo=b"\x89PNG", logo_type="image/png")
    sell(both, tmp_path)
    heard(both, source)
    recompute(AS_OF)
    alerts = [Alert.objects.get(partners=each, canary="our-sales-shift") for each in both]
    return World(
        partner,
        other_partner,
        {
            "partner": both,
            "person": (cast[Role.PARTNER_REP], other_partner_admin),
            "invitation": (invited(cast[Role.PARTNER_ADMIN]), invited(other_partner_admin)),
            "alert": (alerts[0], alerts[1]),
            **facts_of(both, cast[Role.MANAGER]),
            "load": (Import.objects.get(), None),
            "product": (Product.objects.first(), None),
            "feed": (Feed.objects.first(), None),
            "rules": (RulesOfEngagement.objects.get(), None),
            "team": (ReviewTeam.objects.get(), None),
            "product_line": (ProductLine.objects.create(name="Cables"), None),
            "authorisation": (authorised(partner), authorised(other_partner)),
            "certification": (certified(partner), certified(other_partner)),
            "target": (targeted(partner), targeted(other_partner)),
            "deal": (
                registered(partner, cast[Role.PARTNER_REP]),
                registered(other_partner, other_partner_admin),
            ),
            "deal_file": (attached(partner), attached(other_partner)),
            "breach": (breach(partner), breach(other_partner)),
            "interview": (interview(alerts[0], partner), interview(alerts[1], other_partner)),
            "direct_opportunity": (direct_opportunity(cast[Role.DIRECT]), None),
            "review": (reviewed(partner), reviewed(other_partner)),
            "review_rule": (ReviewRule.objects.create(tier="Gold"), None),
            "packet_batch": (batched(partner), None),
            "file": (sent(partner, tmp_path), sent(other_partner, tmp_path)),
        },
    )


def heard(partners: tuple[Partner, ...], source: Source) -> None:
    """What a customer said of working with each partner, a month of its service, and a pulse."""
    for each in partners:
        SurveyAnswer.objects.create(
            partner=each,
            respondent="customer",
            scale="csat",
            score=4,
            cause="partner",
            comment=f"About {each.name}.",
            respondent_name="Bo Lund",
            answered_on=AS_OF,
            known_on=AS_OF,
            source=source,
            external_id=each.number,
        )
        ServiceMonth.objects.create(
            partner=each,
            month=LAST,
            tickets=20,
            first_response_median=3,
            source=source,
            known_on=AS_OF,
        )
        PulseAnswer.objects.create(
            partner=each, half=dt.date(2025, 7, 1), respondent="bo@lund.example",
            respondent_name="Bo Lund", overall=4, comment=f"From {each.name}.", answered_on=AS_OF,
        )  # fmt: skip


def reviewed(partner: Partner) -> Review:
    """A review with a packet that was published."""
    manager = _owner(partner)
    quarter = Quarter("FY2025-Q4", dt.date(2025, 10, 1), AS_OF)
    review = review_of(partner, quarter, acting_user=manager)
    say(review, section="people", kind="shared", text="Well done.", acting_user=manager)
    publish_packet(make_packet(review, acting_user=manager), acting_user=manager)
    return review


def batched(partner: Partner) -> PacketBatch:
    """The packets of a quarter, with a file."""
    review = Review.objects.get(partner=partner)
    batch = begin_batch(
        [review], quarter=review.quarter, formats=["xlsx"], paper="a4", partner_safe=False,
        acting_user=None,
    )  # fmt: skip
    run_item(batch.items.get().pk)
    return batch


def authorised(partner: Partner) -> Authorisation:
    """An agreement of a partner."""
    line, _ = ProductLine.objects.get_or_create(name="Phones and lines")
    made: Authorisation = Authorisation.objects.create(
        partner=partner, product_line=line, agreement="A-1", valid=LONG_AGO
    )
    return made


def certified(partner: Partner) -> Certification:
    """A certification of a partner."""
    made: Certification = Certification.objects.create(partner=partner, name="Gold", valid=LONG_AGO)
    return made


def targeted(partner: Partner) -> Target:
    """A target of a partner for 2025."""
    made: Target = Target.objects.create(
        partner=partner, measure="revenue", value=1000, currency="USD",
        valid=DateRange(dt.date(2025, 1, 1), dt.date(2026, 1, 1)),
    )  # fmt: skip
    return made


def facts_of(partners: tuple[Partner, ...], author: User) -> dict[str, tuple[Any, Any]]:
    """A person, a result, a line card, a note and an action of each partner."""
    day, made = dt.date(2025, 6, 30), []
    for partner in partners:
        card = LineCard.objects.create(partner=partner, category="Phones")
        made.append(
            {
                "customer": _customer(partner),
                "fact_person": Person.objects.create(partner=partner, name="Ida", known_on=day),
                "result": OwnResult.objects.create(
                    partner=partner, start=dt.date(2024, 1, 1), end=dt.date(2024, 12, 31),
                    amount=1000, currency="USD", known_on=day,
                ),
                "observation": LineCardObservation.objects.create(
                    line_card=card, observed_on=day, source="Call", basis="revenue", known_on=day
                ),
                "note": PartnerNote.objects.create(
                    partner=partner, day=day, text="Called.", author=author
                ),
                "contact": CustomerContact.objects.create(
                    customer=_customer(partner), name="Bo Lund"
                ),
                "dispute": SalesDispute.objects.create(
                    partner=partner, invoice="X-1", reason="It is theirs.", filed_on=day
                ),
                "action": Action.objects.create(
                    partner=partner, title="Call back", owner=_owner(partner), due_on=day
                ),
            }
        )  # fmt: skip
    return {name: (made[0][name], made[1][name]) for name in made[0]}


def _customer(partner: Partner) -> Customer:
    customer: Customer = Customer.objects.create(name=f"Customer of {partner.number}")
    CustomerPartner.objects.create(customer=customer, partner=partner)
    return customer


def registered(partner: Partner, rep: User) -> Deal:
    """A rejected registration of which an extension and an appeal are on record."""
    line, _ = ProductLine.objects.get_or_create(name="Phones")
    draft = begin_draft(
        partner, acting_user=rep, lines={line: Decimal(500)}, account_name=f"Mill {partner.number}",
        account_domain=f"mill-{partner.pk}.example", account_country="GB",
        expected_close=dt.date(2027, 1, 31), effort="A visit.",
    )  # fmt: skip
    deal = submit_deal(draft, acting_user=rep)
    ExtensionRequest.objects.create(deal=deal, partner=partner, reason="Late.", asked_by=rep)
    reject_deal(deal, code="too-early", text="No project yet.", acting_user=_owner(partner))
    file_appeal(deal, reason="There is one.", acting_user=rep)
    return deal


def attached(partner: Partner) -> DealFile:
    """A file that came with the partner's registration."""
    deal = Deal.objects.get(partner=partner)
    upload = SimpleUploadedFile("tender.txt", b"A tender.")
    return attach_file(deal, upload, acting_user=deal.registered_by)


def breach(partner: Partner) -> Breach:
    """One that its manager has filed."""
    return file_breach(
        partner=partner, evidence="A call.", happened_on=AS_OF, acting_user=_owner(partner)
    )


def interview(alert: Alert, partner: Partner) -> Interview:
    """One that somebody outside holds by link."""
    today = Organisation.current().today()
    made: Interview = Interview.objects.create(
        kind="loss", customer=_customer(partner), alert=alert, happened_on=AS_OF,
        opened_on=today, due_on=today, outsider_name="Out", outsider_email="out@example.org",
        link_key=uuid.uuid4(), link_until=today, interviewer=_owner(partner),
    )  # fmt: skip
    InterviewPartner.objects.create(interview=made, partner=partner)
    return made


def direct_opportunity(owner: User) -> DirectOpportunity:
    """One of our own, at a customer that no partner has registered."""
    line, _ = ProductLine.objects.get_or_create(name="Phones")
    return log_direct(
        customer=None, product_line=line, acting_user=owner, account_name="A mill of ours"
    )


def _owner(partner: Partner) -> User:
    owner: User = partner.managers.get().manager
    return owner


def sent(partner: Partner, folder: Path) -> Import:
    """A file that a partner sent, as a draft."""
    path = folder / "people.csv"
    path.write_text("name,role\nIda,Sales\n")
    return create_import(
        kind="partner-people",
        source=own_source(partner).name,
        path=path,
        file_name=path.name,
        options=Options(locked={"partner": str(partner.public_id)}),
    )


def sell(partners: tuple[Partner, ...], folder: Path) -> None:
    """Two years of sales, half as much in the second: each partner raises an alert."""
    path = folder / "sales.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["invoice", "line", "date", "reseller", "product", "amount"])
        rows.writerow(["X-1", "1", "2025-01-01", "nobody", "P1", "1"])
        for partner in partners:
            for month in months.between(FIRST, LAST):
                amount = 2000 if month.year == FIRST.year else 1000
                number = f"{partner.number}-{month:%Y%m}"
                rows.writerow([number, "1", f"{month:%Y-%m}-15", partner.number, "P1", amount])
    options = {"set": ["kind=billing", "currency=USD"], "covers": "2024-01..2025-12"}
    call_command("import_file", "sales", str(path), source="erp", history=True, **options)


def invited(user: User) -> Invitation:
    return invite(
        email=f"guest-of-{user.pk}@example.com",
        role=Role.PARTNER_REP,
        partner=user.membership.partner,
        acting_user=user,
    )


@pytest.fixture
def doors(
    sign_in: Callable[[User], Client], api: Callable[[User], APIClient]
) -> Callable[[User, bool], Client]:
    """How a person comes in: with a session to pages, with a token to the API."""

    @functools.cache
    def door(user: User, to_api: bool) -> Client:  # noqa: FBT001 - the question is yes or no
        return api(user) if to_api else sign_in(user)

    return door
