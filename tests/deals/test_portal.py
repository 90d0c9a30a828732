"""A partner registers a deal, sees where it stands, and does what its state allows."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from deals.models import Deal, RulesOfEngagement
from deals.rules.states import State
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]
SignIn = Callable[[User], Client]
NEW = "/portal/deals/new/"
HTMX = {"HX-Request": "true"}


def typed(storage: ProductLine, **changes: Any) -> dict[str, Any]:
    """A complete form as a browser sends it; None leaves a field out."""
    everything = {
        "draft": str(uuid.uuid4()),
        "rules": "1",
        "account_name": "Fenwick Mills",
        "account_domain": "https://www.Fenwick-Mills.example/about?x=1",
        "account_country": "GB",
        "currency": "usd",
        "expected_close": "2026-06-30",
        "effort": "Two meetings with their head of operations.",
        "line-0-product_line": str(storage.public_id),
        "line-0-amount": "50000",
        **changes,
    }
    return {name: value for name, value in everything.items() if value is not None}


def page_of(deal: Deal) -> str:
    return reverse("portal:deal", args=[deal.public_id])


# --- Registering -------------------------------------------------------------------------------


def test_eight_fields_are_complete_and_bring_a_receipt(
    clock: Any, storage: ProductLine, partner_rep: User, sign_in: SignIn
) -> None:
    client = sign_in(partner_rep)
    answer = client.post(NEW, typed(storage, submit="1"), follow=True)
    deal = Deal.objects.get()
    page = answer.content.decode()
    assert (deal.state, deal.account_domain, deal.currency) == (
        State.SUBMITTED, "fenwick-mills.example", "USD"
    )  # fmt: skip
    assert deal.number in page
    assert "Received, under review" in page
    assert "2 March 2026 09:00:00 UTC" in page
    assert "Version 1" in page


def test_the_receipt_tells_the_reader_s_own_time(
    clock: Any, submitted: Make, partner: Partner, partner_rep: User, sign_in: SignIn
) -> None:
    User.objects.filter(pk=partner_rep.pk).update(time_zone="Asia/Tokyo")
    deal = submitted(partner, partner_rep)
    page = sign_in(partner_rep).get(f"{page_of(deal)}receipt/").content.decode()
    assert "2 March 2026 09:00:00 UTC" in page
    assert "2 March 2026 18:00:00 JST" in page


def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    clock: Any, storage: ProductLine, partner_rep: User, sign_in: SignIn
) -> None:
    sent = typed(storage, submit="1", effort="", account_country="")
    page = sign_in(partner_rep).post(NEW, sent).content.decode()
    assert "Country: This field is required." in page
    deal = Deal.objects.get()
    assert (deal.state, deal.account_name) == (State.DRAFT, "Fenwick Mills")
    assert 'value="Fenwick Mills"' in page


def test_a_draft_is_saved_as_it_is_typed_and_one_wrong_field_loses_no_other(
    clock: Any, storage: ProductLine, partner_rep: User, sign_in: SignIn
) -> None:
    client, draft = sign_in(partner_rep), str(uuid.uuid4())
    first = {"draft": draft, "account_name": "Fenwick", "currency": "USD"}
    said = client.post(NEW, first, headers=HTMX)
    assert said.content.decode().startswith("Saved ")
    assert said["HX-Replace-Url"] == f"/portal/deals/{draft}/edit/"
    more = {**first, "account_domain": "not a domain", "effort": "A call", "line-0-amount": "x"}
    said = client.post(NEW, more, headers=HTMX)
    assert "except:" in said.content.decode()
    assert "Web domain: Write a web domain" in said.content.decode()
    deal = Deal.objects.get()
    assert (str(deal.public_id), deal.effort, deal.account_domain) == (draft, "A call", "")


def test_a_wrong_amount_leaves_the_line_as_it_was_kept(
    clock: Any, storage: ProductLine, partner_rep: User, sign_in: SignIn
) -> None:
    client, sent = sign_in(partner_rep), typed(storage)
    client.post(NEW, sent, headers=HTMX)
    said = client.post(NEW, {**sent, "line-0-amount": "5oooo"}, headers=HTMX).content.decode()
    assert "Amount: Enter a number." in said
    assert Deal.objects.get().lines.get().amount == 50_000


def test_a_page_left_open_says_that_it_is_submitted_and_keeps_its_words(
    submitted: Make, storage: ProductLine, partner: Partner, partner_rep: User, sign_in: SignIn
) -> None:
    deal = submitted(partner, partner_rep)
    sent = typed(storage, draft=str(deal.public_id), account_name="Changed")
    said = sign_in(partner_rep).post(NEW, sent, headers=HTMX)
    assert said.status_code == 200
    assert "submitted already" in said.content.decode()
    assert "HX-Redirect" not in said


def test_nothing_typed_begins_no_draft(
    clock: Any, storage: ProductLine, partner_rep: User, sign_in: SignIn
) -> None:
    client = sign_in(partner_rep)
    assert client.get(NEW).status_code == 200
    client.post(NEW, {"draft": str(uuid.uuid4()), "currency": "USD"}, headers=HTMX)
    assert not Deal.objects.exists()


def test_a_number_used_twice_loses_no_other_field(
    draft: Make, storage: ProductLine, partner: Partner, partner_rep: User, sign_in: SignIn
) -> None:
    draft(partner, partner_rep, external_reference="CRM-1")
    sent = typed(storage, account_name="Hill", external_reference="CRM-1")
    said = sign_in(partner_rep).post(NEW, sent, headers=HTMX).content.decode()
    assert "Another registration of yours has this number." in said
    assert Deal.objects.get(account_name="Hill").external_reference == ""


def test_several_product_lines_and_one_twice(
    clock: Any,
    storage: ProductLine,
    network: ProductLine,
    partner_rep: User,
    sign_in: SignIn,
) -> None:
    client = sign_in(partner_rep)
    second = {"line-1-product_line": str(network.public_id), "line-1-amount": "1200.50"}
    client.post(NEW, typed(storage, submit="1", **second))
    lines = {(str(line), line.amount) for line in Deal.objects.get().lines.all()}
    assert lines == {("Storage", 50_000), ("Network", Decimal("1200.50"))}
    twice = {"line-1-product_line": str(storage.public_id), "line-1-amount": "1"}
    page = client.post(NEW, typed(storage, submit="1", **twice)).content.decode()
    assert "stands above already" in page


def test_other_rules_than_those_read_are_not_accepted(
    clock: Any, storage: ProductLine, rules: RulesOfEngagement, partner_rep: User, sign_in: SignIn
) -> None:
    new = RulesOfEngagement.objects.create(
        version=2, effective_from=dt.date(2026, 3, 1), text="New rules."
    )
    new.terms.create()
    client = sign_in(partner_rep)
    sent = typed(storage, submit="1")
    page = client.post(NEW, sent).content.decode()
    assert "Version 2 of the rules is in force" in page
    client.post(NEW, {**sent, "rules": "2"})
    deal = Deal.objects.get()
    assert (deal.state, deal.rules) == (State.SUBMITTED, new)
    assert "New rules." in client.get("/portal/deals/rules/").content.decode()
    assert client.get("/portal/deals/rules/1/").status_code == 200
    assert client.get("/portal/deals/rules/3/").status_code == 404


def test_the_form_of_what_is_submitted_already_leads_to_its_page(
    submitted: Make, storage: ProductLine, partner: Partner, partner_rep: User, sign_in: SignIn
) -> None:
    deal = submitted(partner, partner_rep)
    client = sign_in(partner_rep)
    sent = typed(storage, draft=str(deal.public_id), account_name="Changed", submit="1")
    assert client.post(NEW, sent)["Location"] == page_of(deal)
    assert client.post(f"{page_of(deal)}edit/", sent)["Location"] == page_of(deal)
    deal.refresh_from_db()
    assert deal.account_name == "Fenwick Mills"


def test_another_partner_s_draft_is_not_found_by_its_id(
    draft: Make,
    storage: ProductLine,
    other_partner: Partner,
    other_partner_admin: User,
    partner_admin: User,
    sign_in: SignIn,
) -> None:
    theirs = draft(other_partner, other_partner_admin)
    sent = typed(storage, draft=str(theirs.public_id), account_name="Mine now")
    assert sign_in(partner_admin).post(NEW, sent).status_code == 404
    theirs.refresh_from_db()
    assert theirs.account_name == "Fenwick Mills"


def test_only_one_s_own_similar_customers_are_told(
    draft: Make,
    partner: Partner,
    partner_admin: User,
    partner_rep: User,
    other_partner: Partner,
    other_partner_admin: User,
    sign_in: SignIn,
) -> None:
    own = draft(partner, partner_rep)
    of_admin = draft(partner, partner_admin, name="Fenwick Mills Ltd")
    theirs = draft(other_partner, other_partner_admin, name="Fenwick Mills")
    asked = {"account_name": "Fenwick Mill"}
    told = sign_in(partner_rep).get("/portal/deals/similar/", asked).content.decode()
    assert own.number in told
    assert of_admin.number not in told
    assert theirs.number not in told
    told = sign_in(partner_admin).get("/portal/deals/similar/", asked).content.decode()
    assert of_admin.number in told
    assert own.number in told


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("acme.de", "acme.de"),
        ("HTTPS://WWW.Acme.de:8443/shop?x#y", "acme.de"),
        ("ann@mail.acme.co.uk", "mail.acme.co.uk"),
        ("www.müller.example.", "xn--mller-kva.example"),
    ],
)
def test_an_address_is_cleaned_to_its_domain(
    written: str,
    domain: str,
    clock: Any,
    storage: ProductLine,
    partner_rep: User,
    sign_in: SignIn,
) -> None:
    sign_in(partner_rep).post(NEW, typed(storage, account_domain=written, submit="1"))
    assert Deal.objects.get().account_domain == domain


@pytest.mark.parametrize(
    "written", ["acme", "http://", "10.0.0.1", "a b.de", "x@", "[::1", "." * 9]
)
def test_what_is_no_domain_is_refused(
    written: str, clock: Any, storage: ProductLine, partner_rep: User, sign_in: SignIn
) -> None:
    page = sign_in(partner_rep).post(NEW, typed(storage, account_domain=written, submit="1"))
    assert "Write a web domain" in page.content.decode()
    assert Deal.objects.get().state == State.DRAFT


def test_a_domain_of_everybody_is_nobody_s(
    clock: Any, storage: ProductLine, partner_rep: User, sign_in: SignIn
) -> None:
    sent = typed(storage, account_domain="ann@gmail.com", submit="1")
    assert "gmail.com is everybody" in sign_in(partner_rep).post(NEW, sent).content.decode()
    assert Deal.objects.get().account_domain == ""


def test_a_draft_is_thrown_away(
    draft: Make, partner: Partner, partner_rep: User, sign_in: SignIn
) -> None:
    deal = draft(partner, partner_rep)
    client = sign_in(partner_rep)
    assert client.get(page_of(deal))["Location"] == f"{page_of(deal)}edit/"
    assert client.get(f"{page_of(deal)}receipt/").status_code == 404
    assert client.post(f"{page_of(deal)}discard/")["Location"] == "/portal/deals/"
    assert not Deal.objects.exists()
