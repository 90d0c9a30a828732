"""Interviews through the door: written down, finished, reopened, counted, and seen by whom."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail, signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from alerts.models import Alert, AlertPartner
from channelhub.erasing.actions import erase, subject_of
from channelhub.lib.erasure import events_of
from customers.models import Customer, CustomerContact, CustomerPartner
from partners.models import Action, Partner
from reviews.interviews.assigning import assign
from reviews.interviews.outside import SALT, invite_outsider, link_of, take_link_back
from reviews.interviews.recording import cancel_interview, reopen_interview, save_interview
from reviews.models import Guide, Interview, InterviewAnswer, InterviewPartner, InterviewState
from sales.models import ProductLine
from tests.imports.exports import export, records

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
LIST, FOUND = "/interviews/", "/interviews/findings/"
TODAY = dt.date(2026, 3, 2)
FINISHED = {
    "found": "Tickets waited for days.", "stated": "Too dear.", "cause": "partner",
    "heard_from": "buyer", "finish": "yes",
}  # fmt: skip


@pytest.fixture(autouse=True)
def march(on: Callable[[str], None], db: None) -> None:
    """It is the 2nd of March 2026."""
    on(TODAY.isoformat())


def make(partner: Partner, interviewer: User | None, name: str = "Acme", **more: Any) -> Interview:
    """A loss analysis that an alert opened."""
    customer = Customer.objects.create(name=name)
    CustomerPartner.objects.create(customer=customer, partner=partner)
    alert = Alert.objects.create(
        canary="key-customer-lost", scope="customer", subject=customer.pk, direction="down",
        nature="risk", finding_class="lost", severity="critical", baseline=False,
        evidence={
            "threshold": {}, "channel": "1", "currency": "USD", "channel_without": [],
            "reason": "Silent.", "share": "2", "last_month": "November 2025", "silent_days": 120,
            "silent_limit": "90", "now_from": "",
            "bought": [
                {"label": "Best", "from": "2024-01-01", "to": "2024-12-31", "amount": "500000"},
                {"label": "Last", "from": "2025-01-01", "to": "2025-12-31", "amount": "0"},
            ],
        },
        first_seen=dt.date(2026, 2, 20), last_seen=TODAY, money=Decimal(500_000),
    )  # fmt: skip
    AlertPartner.objects.create(alert=alert, partner=partner)
    interview: Interview = Interview.objects.create(
        **{
            "kind": "loss", "customer": customer, "alert": alert, "amount": 500_000,
            "happened_on": dt.date(2026, 2, 10), "opened_on": dt.date(2026, 2, 20),
            "due_on": dt.date(2026, 3, 6), "interviewer": interviewer, **more,
        }
    )  # fmt: skip
    InterviewPartner.objects.create(interview=interview, partner=partner)
    return interview


@pytest.fixture
def interview(partner: Partner, other_manager: User) -> Interview:
    """At Alpha, which Mia manages; Otto holds it, who does not see Alpha."""
    return make(partner, other_manager)


def text_of(page: Any) -> str:
    assert page.status_code == 200
    main: str = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(main.split())


def counted(row: Any) -> list[int]:
    return [count for _, count in row.cells]


def finished(interview: Interview, user: User, **more: Any) -> Interview:
    said: dict[str, Any] = {"found": "Tickets waited.", "cause": "partner", "heard_from": "buyer"}
    return save_interview(interview, finish=True, acting_user=user, **{**said, **more})


# --- Who sees it -------------------------------------------------------------------------------


def test_managers_see_those_of_their_partners_and_those_they_hold(
    interview: Interview, partner: Partner, other_partner: Partner, manager: User,
    other_manager: User, chief: User, direct: User, partner_admin: User, sign_in: SignIn, api: Api,
) -> None:  # fmt: skip
    theirs = make(other_partner, None, name="Brick")
    seen = {manager: {interview}, other_manager: {interview, theirs}, chief: {interview, theirs}}
    for user, expected in seen.items():
        rows = sign_in(user).get(LIST).context["page"].object_list
        assert set(rows) == expected
        assert api(user).get("/api/v1/interviews/").json()["count"] == len(expected)
    assert sign_in(manager).get(theirs.get_absolute_url()).status_code == 404
    for user in (direct, partner_admin):
        assert sign_in(user).get(LIST).status_code == 404
        assert sign_in(user).get(interview.get_absolute_url()).status_code == 404
        assert not Interview.objects.visible_to(user).exists()


def test_its_interviewer_reads_a_partner_that_is_not_theirs_by_name_only(
    interview: Interview, partner: Partner, other_manager: User, manager: User, sign_in: SignIn
) -> None:
    link = f'href="{partner.get_absolute_url()}"'
    page = text_of(sign_in(other_manager).get(interview.get_absolute_url()))
    assert "Alpha Systems" in page
    assert link not in page
    assert link in text_of(sign_in(manager).get(interview.get_absolute_url()))


def test_the_partners_own_manager_reads_and_does_not_write(
    interview: Interview, manager: User, sign_in: SignIn, api: Api
) -> None:
    page = sign_in(manager).get(interview.get_absolute_url())
    assert 'name="finish"' not in page.content.decode()
    assert sign_in(manager).post(interview.get_absolute_url(), FINISHED).status_code == 404
    call = f"/api/v1/interviews/{interview.public_id}/record/"
    assert api(manager).post(call, {"found": "Price."}).status_code == 404
    interview.refresh_from_db()
    assert interview.found == ""


# --- Written down ------------------------------------------------------------------------------


def test_a_draft_keeps_the_questions_as_they_were(
    interview: Interview, other_manager: User, admin: User, sign_in: SignIn
) -> None:
    client = sign_in(other_manager)
    client.post(interview.get_absolute_url(), {"answer-3": "We waited.", "stated": "Too dear."})
    interview.refresh_from_db()
    assert (interview.state, interview.stated, interview.found) == ("draft", "Too dear.", "")
    sign_in(admin).post("/interviews/guides/", {"kind": "loss", "loss-text": "Why?\n\nWhen?"})
    assert Guide.objects.get().text == "Why?\nWhen?"
    page = text_of(client.get(interview.get_absolute_url()))
    assert "We waited." in page
    assert "How did the partner answer when something broke?" in page
    fresh = make(interview.partners.get(), other_manager, name="Fresh")
    page = client.get(fresh.get_absolute_url()).content.decode()
    assert re.findall(r'name="(answer-\d+)"', page) == ["answer-1", "answer-2"]


def test_an_empty_guide_brings_the_default_questions_back(admin: User, sign_in: SignIn) -> None:
    client = sign_in(admin)
    client.post("/interviews/guides/", {"kind": "loss", "loss-text": "Why?"})
    client.post("/interviews/guides/", {"kind": "loss", "loss-text": " "})
    assert not Guide.objects.exists()
    long = client.post("/interviews/guides/", {"kind": "loss", "loss-text": "x" * 301})
    assert "at most 300" in long.content.decode()


def test_it_is_finished_with_a_cause_a_reason_and_whose_account_it_is(
    interview: Interview, partner: Partner, other_manager: User, sign_in: SignIn
) -> None:
    client = sign_in(other_manager)
    missing = text_of(client.post(interview.get_absolute_url(), {"stated": "x", "finish": "yes"}))
    for words in ("Choose the root cause.", "Say whose account", "Say what you found"):
        assert words in missing
    asked = {**FINISHED, "cause_partner": partner.pk, "held_on": "2026-03-01"}
    client.post(interview.get_absolute_url(), asked)
    interview.refresh_from_db()
    assert interview.state == InterviewState.DONE
    assert (interview.stated, interview.found) == ("Too dear.", "Tickets waited for days.")
    assert interview.cause_partner == partner
    assert interview.finished_by == other_manager
    again = client.post(interview.get_absolute_url(), {**FINISHED, "found": "Other."})
    assert "This interview is done. Reopen it." in text_of(again)


def test_only_a_partner_it_concerns_is_at_fault_and_no_day_is_yet_to_come(
    interview: Interview, other_partner: Partner, other_manager: User, chief: User
) -> None:
    with pytest.raises(ValidationError, match="that the interview concerns"):
        finished(interview, chief, cause_partner=other_partner)
    with pytest.raises(ValidationError, match="yet to come"):
        finished(interview, chief, held_on=dt.date(2026, 3, 3))
    with pytest.raises(ValidationError, match="no question of this number"):
        finished(interview, chief, answers={99: "x"})
    own = interview.partners.get()
    assert finished(interview, chief, cause="price", cause_partner=own).cause_partner is None


def test_what_is_reopened_keeps_what_was_found_in_the_history(
    interview: Interview, chief: User, manager: User, sign_in: SignIn
) -> None:
    finished(interview, chief, found="It was the price.")
    url = interview.get_absolute_url()
    assert sign_in(manager).post(f"{url}reopen/", {"reason": "x"}).status_code == 404
    with pytest.raises(ValidationError, match="Say why"):
        reopen_interview(interview, reason=" ", acting_user=chief)
    sign_in(chief).post(f"{url}reopen/", {"reason": "The buyer called again."})
    interview.refresh_from_db()
    assert (interview.state, interview.finished_at) == ("draft", None)
    finished(interview, chief, found="It was the support.")
    page = text_of(sign_in(chief).get(url))
    assert "It was the price." in page.split('id="history"')[1]


def test_what_is_cancelled_has_a_reason_and_does_not_open_again(
    interview: Interview, chief: User, other_manager: User, sign_in: SignIn
) -> None:
    url = interview.get_absolute_url()
    assert sign_in(other_manager).post(f"{url}cancel/", {"reason": "x"}).status_code == 404
    sign_in(chief).post(f"{url}cancel/", {"reason": "The customer is insolvent."})
    page = text_of(sign_in(chief).get(url))
    assert "Cancelled: The customer is insolvent." in page
    with pytest.raises(ValidationError, match="is cancelled"):
        cancel_interview(interview, reason="Again.", acting_user=chief)


def test_a_person_overrides_the_rule(
    interview: Interview, manager: User, chief: User, direct: User, sign_in: SignIn
) -> None:
    url = f"{interview.get_absolute_url()}assign/"
    sign_in(chief).post(url, {"interviewer": manager.public_id})
    interview.refresh_from_db()
    assert interview.interviewer == manager
    with pytest.raises(ValidationError, match="holds no interviews"):
        assign(interview, interviewer=direct, acting_user=chief)


def test_what_should_change_becomes_an_action(
    interview: Interview, partner: Partner, manager: User, chief: User, sign_in: SignIn
) -> None:
    finished(interview, chief, change="Train their desk.")
    page = sign_in(manager).get(interview.get_absolute_url())
    ((_, url),) = page.context["new_actions"]
    form = {"owner": manager.pk, "due_on": "2026-04-01", "title": "Train their desk."}
    client = sign_in(manager)
    asked = client.get(url).context["form"]
    assert asked.initial["title"] == "Train their desk."
    assert client.post(url, form).status_code == 302
    action = Action.objects.get()
    assert (action.partner, action.origin, action.origin_id) == (
        partner, "interview", interview.public_id,
    )  # fmt: skip
    assert "Train their desk." in text_of(client.get(interview.get_absolute_url()))


# --- By link -----------------------------------------------------------------------------------


@pytest.fixture
def link(interview: Interview, chief: User) -> str:
    """The path of a link that the chief sent."""
    row = invite_outsider(interview, name="Olga Out", email="olga@example.org", acting_user=chief)
    return link_of(row).split("//", 1)[1].split("/", 1)[1].join(["/", ""])


def test_the_link_is_mailed_and_opens_one_interview_without_an_account(
    interview: Interview, partner: Partner, manager: User, link: str
) -> None:
    (sent,) = mail.outbox
    assert sent.to == ["olga@example.org"]
    assert link in sent.body
    page = Client().get(link)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Acme" in text
    assert "How did the partner answer" in text
    # The allow-list: no partner, no amount, nobody of ours, no way in.
    hidden = (
        partner.name, partner.number, "500000", manager.name, "Otto", "/interviews/", "/alerts/",
        str(interview.public_id), "cause_partner", "product_line",
    )  # fmt: skip
    assert not [word for word in hidden if word in text]
    assert page["Cache-Control"]
    assert "no-store" in page["Cache-Control"]


def test_somebody_outside_saves_a_draft_and_hands_in_once(
    interview: Interview, link: str, chief: User, sign_in: SignIn
) -> None:
    client = Client()
    draft = client.post(link, {"answer-1": "In May.", "stated": "Too dear."}, follow=True)
    assert "Draft saved." in draft.content.decode()
    assert "Too dear." in Client().get(link).content.decode()
    missing = client.post(link, {"finish": "yes"})
    assert "Choose the root cause." in missing.content.decode()
    assert "handed in" in client.post(link, {**FINISHED, "answer-1": "In May."}).content.decode()
    interview.refresh_from_db()
    assert (interview.state, interview.finished_by) == (InterviewState.DONE, None)
    assert client.get(link).status_code == 410
    assert client.post(link, FINISHED).status_code == 410
    page = text_of(sign_in(chief).get(interview.get_absolute_url()))
    assert "by Olga Out, from outside" in page
    assert "In May." in page


def test_a_partners_person_opens_no_interview_by_link(
    interview: Interview, link: str, partner_admin: User, sign_in: SignIn
) -> None:
    assert sign_in(partner_admin).get(link).status_code == 410
    assert sign_in(partner_admin).post(link, FINISHED).status_code == 410


def test_an_outsider_cannot_name_partners_or_write_what_is_ours(
    interview: Interview, partner: Partner, link: str
) -> None:
    cables = ProductLine.objects.create(name="Cables")
    more = {"cause_partner": partner.pk, "product_line": cables.pk, "state": "cancelled"}
    Client().post(link, {**FINISHED, **more})
    interview.refresh_from_db()
    assert (interview.cause_partner, interview.product_line) == (None, None)
    assert interview.state == InterviewState.DONE


def test_a_link_ends_by_age_by_being_taken_back_and_by_a_newer_one(
    interview: Interview, link: str, chief: User, on: Callable[[str], None]
) -> None:
    newer = invite_outsider(interview, name="Olga Out", email="olga@example.org", acting_user=chief)
    assert Client().get(link).status_code == 410
    second = "/" + link_of(newer).split("//", 1)[1].split("/", 1)[1]
    assert Client().get(second).status_code == 200
    on("2026-04-01")
    assert Client().get(second).status_code == 200
    on("2026-04-02")
    assert Client().get(second).status_code == 410
    on("2026-03-02")
    take_link_back(interview, acting_user=chief)
    assert Client().get(second).status_code == 410


def test_a_link_that_is_forged_or_of_another_kind_opens_nothing(
    interview: Interview, link: str
) -> None:
    interview.refresh_from_db()
    assert interview.link_key
    parts = [interview.public_id.hex, interview.link_key.hex]
    for token in ("x", signing.dumps(parts, salt="satisfaction.pulse"), f"{link[11:-1]}x"):
        assert Client().get(f"/interview/{token}/").status_code == 410
    other = signing.dumps([interview.public_id.hex, interview.public_id.hex], salt=SALT)
    assert Client().get(f"/interview/{other}/").status_code == 410


def test_ours_and_an_outsiders_writing_do_not_mix(
    interview: Interview, link: str, chief: User, other_manager: User, partner: Partner
) -> None:
    with pytest.raises(ValidationError, match="Take the link back"):
        finished(interview, other_manager)
    started = make(partner, other_manager, name="Brick")
    save_interview(started, stated="Our own words.", acting_user=other_manager)
    with pytest.raises(ValidationError, match="written down already"):
        invite_outsider(started, name="O", email="o@example.org", acting_user=chief)
    Client().post(link, {"stated": "Secret of Olga."})
    with pytest.raises(ValidationError, match="written down already"):
        invite_outsider(interview, name="P", email="p@example.org", acting_user=chief)


# --- Found -------------------------------------------------------------------------------------


def test_findings_are_counted_by_cause_partner_product_and_quarter(
    partner: Partner, other_partner: Partner, manager: User, chief: User, sign_in: SignIn
) -> None:
    cables = ProductLine.objects.create(name="Cables")
    both = make(partner, chief, name="Both", product_line=cables)
    InterviewPartner.objects.create(interview=both, partner=other_partner)
    finished(both, chief)
    finished(make(partner, chief, name="Price"), chief, cause="price")
    finished(make(other_partner, chief, name="Theirs"), chief, cause="product")
    make(partner, chief, name="Open")
    found = sign_in(chief).get(FOUND).context["found"]
    assert counted(found.total) == [1, 0, 1, 1, 0]
    assert found.total.amount == 1_500_000
    tables = {key: {row.label: counted(row) for row in rows} for key, _, rows, _ in found.tables}
    assert tables == {
        "partner": {"Alpha Systems": [0, 0, 1, 1, 0], "Beta Networks": [1, 0, 1, 0, 0]},
        "product": {"Cables": [0, 0, 1, 0, 0], "Not said": [1, 0, 0, 1, 0]},
        "quarter": {"2026-Q1": [1, 0, 1, 1, 0]},
    }
    mine = sign_in(manager).get(FOUND, {"cause": "partner"}).context["found"]
    assert counted(mine.total) == [0, 0, 1, 0, 0]
    none = sign_in(manager).get(FOUND, {"until": "2026-01-01"})
    assert "Nothing is found yet." in text_of(none)


def test_days_from_the_alert_to_the_cause_are_told(
    interview: Interview, chief: User, sign_in: SignIn
) -> None:
    done = finished(interview, chief)
    assert done.finished_at
    Interview.objects.filter(pk=done.pk).update(
        finished_at=dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    )
    done.refresh_from_db()
    assert done.days_to_cause == 10
    assert sign_in(chief).get(FOUND).context["found"].days == 10


def test_findings_and_lists_are_exported_as_narrowed(
    interview: Interview, partner: Partner, chief: User, sign_in: SignIn
) -> None:
    finished(interview, chief, found='=cmd|" /C calc"!A0')
    finished(make(partner, chief, name="Price"), chief, cause="price")
    client = sign_in(chief)
    rows = records(export(client, "interviews:findings-export", cause="partner"))
    assert [row["Customer"] for row in rows] == ["Acme"]
    assert not rows[0]["Found reason"].startswith("=")
    rows = records(export(client, "interviews:list-export", state=""))
    assert len(rows) == 2


def test_alert_partner_customer_and_home_show_it(
    interview: Interview, partner: Partner, manager: User, other_manager: User, sign_in: SignIn
) -> None:
    assert interview.alert
    link = f'href="{interview.get_absolute_url()}"'
    pages = (
        f"/alerts/{interview.alert.public_id}/", partner.get_absolute_url(),
        interview.customer.get_absolute_url(),
    )  # fmt: skip
    for page in pages:
        assert link in sign_in(manager).get(page).content.decode()
    make(partner, None, name="Other")
    home = sign_in(other_manager).get("/")
    assert home.context["interviews"].count == 1
    assert sign_in(manager).get("/").context["interviews"].count == 0


def test_lists_and_findings_cost_the_same_with_many(
    partner: Partner, chief: User, sign_in: SignIn
) -> None:
    client = sign_in(chief)

    def cost(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    urls = (f"{LIST}?state=&per=200", FOUND, "/")
    for number in range(25):
        finished(make(partner, chief, name=f"A {number}"), chief)
    before = [cost(url) for url in urls]
    for number in range(175):
        finished(make(partner, chief, name=f"B {number}"), chief)
    assert [cost(url) for url in urls] == before


# --- For programs ------------------------------------------------------------------------------


def test_a_program_reads_and_records(
    interview: Interview, partner: Partner, other_manager: User, api: Api
) -> None:
    call = api(other_manager)
    url = f"/api/v1/interviews/{interview.public_id}/"
    shown = call.get(url).json()
    assert (shown["customer"], shown["partners"], shown["state"]) == ("Acme", ["P-1"], "to-hold")
    refused = call.post(f"{url}record/", {"finish": True}, format="json")
    assert refused.status_code == 400
    wrong = call.post(f"{url}record/", {"cause_partner": "P-2"}, format="json")
    assert wrong.status_code == 400
    sent = {
        "found": "Tickets.", "cause": "partner", "heard_from": "buyer", "finish": True,
        "cause_partner": "P-1", "answers": [{"position": 2, "answer": "Their CFO."}],
    }  # fmt: skip
    told = call.post(f"{url}record/", sent, format="json")
    assert told.status_code == 200, told.json()
    assert (told.json()["state"], told.json()["cause_partner"]) == ("done", "P-1")
    assert told.json()["answers"][1]["answer"] == "Their CFO."
    assert call.post(f"{url}record/", sent, format="json").status_code == 400


# --- Erased ------------------------------------------------------------------------------------


def test_an_erased_persons_name_is_gone_from_texts_and_their_history(
    interview: Interview, chief: User, admin: User
) -> None:
    contact = CustomerContact.objects.create(customer=interview.customer, name="Bo Lund (CFO)")
    draft: dict[str, Any] = {
        "respondent": "bo lund (CFO), by phone",
        "stated": "Bo Lund (CFO) says: too dear.",
    }
    save_interview(interview, answers={1: "Bo Lund (CFO) decided."}, acting_user=chief, **draft)
    finished(interview, chief, stated="Bo Lund (CFO)ish stays; Lund, too.")
    erase(subject_of(contact), reason="Asked for.", notes=[], acting_user=admin)
    interview.refresh_from_db()
    assert interview.respondent == "erased, by phone"
    assert interview.stated == "Bo Lund (CFO)ish stays; Lund, too."
    assert InterviewAnswer.objects.get(position=1).answer == "erased decided."
    for model in (Interview, InterviewAnswer):
        told = str(list(events_of(model).values()))
        assert "Bo Lund (CFO) " not in told
        assert "bo lund" not in told
    assert "erased says: too dear." in str(list(events_of(Interview).values()))
