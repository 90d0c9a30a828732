"""The breach ledger through the door: filed, decided, counted, and what came after."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Holiday, User
from deals.actions import reviewing
from deals.actions.direct import decide_breach, file_breach, log_direct, touch_direct
from deals.ledger import aftermath, by_partner, by_team, office_calendar, resolution
from deals.models import Breach, Deal
from partners.actions.line_cards import observe_line_card
from partners.models import Partner
from sales.models import ProductLine
from tests.imports.exports import export, records

Make = Callable[..., Deal]
SignIn = Callable[[User], Client]
LIST, NEW = "/breaches/", "/breaches/new/"


@pytest.fixture
def breach(partner: Partner, manager: User, clock: Any) -> Breach:
    return file_breach(
        partner=partner, evidence="A rep called <b>them</b>.", happened_on=clock.now.date(),
        direct_team="North", acting_user=manager,
    )  # fmt: skip


@pytest.fixture
def theirs(other_partner: Partner, other_manager: User, clock: Any) -> Breach:
    return file_breach(
        partner=other_partner, evidence="Also.", happened_on=clock.now.date(), direct_team="North",
        acting_user=other_manager,
    )  # fmt: skip


def text_of(page: Any) -> str:
    assert page.status_code == 200
    main: str = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(main.split())


def partners(client: Client, **asked: str) -> list[str]:
    page = client.get(LIST, asked)
    assert page.status_code == 200
    return [row.partner.name for row in page.context["page"].object_list]


def test_managers_see_those_of_their_partners_and_partners_none_here(
    breach: Breach, theirs: Breach, manager: User, chief: User, direct: User, partner_admin: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    assert partners(sign_in(manager)) == ["Alpha Systems"]
    assert "Beta" not in text_of(sign_in(manager).get(LIST))
    assert set(partners(sign_in(chief))) == {"Alpha Systems", "Beta Networks"}
    assert sign_in(manager).get(theirs.get_absolute_url()).status_code == 404
    for person in (direct, partner_admin):
        assert sign_in(person).get(LIST).status_code == 404
        assert sign_in(person).get(breach.get_absolute_url()).status_code == 404


def test_the_list_is_narrowed(breach: Breach, theirs: Breach, chief: User, sign_in: SignIn) -> None:
    client = sign_in(chief)
    assert partners(client, q="beta") == ["Beta Networks"]
    assert partners(client, state="confirmed") == []
    assert len(partners(client, kind="filed")) == 2
    assert client.get(LIST, {"state": "x", "page": "y"}).status_code == 200


def test_one_files_what_a_visible_partner_says(
    manager: User, partner: Partner, other_partner: Partner, submitted: Make, partner_rep: User,
    sign_in: SignIn, clock: Any,
) -> None:  # fmt: skip
    deal = submitted(partner, partner_rep)
    client = sign_in(manager)
    sent = {"partner": "P-1", "deal": deal.number, "happened_on": "2026-03-01",
            "direct_team": "North", "evidence": "They called."}  # fmt: skip
    answer = client.post(NEW, sent)
    row = Breach.objects.get()
    assert answer["Location"] == row.get_absolute_url()
    assert (row.deal, row.customer, row.filed_by, row.kind) == (
        deal, deal.customer, manager, "filed",
    )  # fmt: skip
    wrongs = [
        ({"partner": "P-2"}, "No partner has the number P-2"),
        ({"deal": "R-1"}, "This partner has no registration of this number."),
        ({"happened_on": "2026-03-03"}, "This day is still to come."),
        ({"evidence": " "}, "This field is required."),
        ({"evidence": "a\0"}, "Null characters are not allowed"),
    ]
    for wrong, told in wrongs:
        assert told in text_of(client.post(NEW, {**sent, **wrong}))
    assert Breach.objects.count() == 1


def test_admin_and_chief_decide_once_and_with_a_reason(
    breach: Breach, manager: User, chief: User, sign_in: SignIn, clock: Any
) -> None:
    page = breach.get_absolute_url()
    assert "An admin or the channel chief decides." in text_of(sign_in(manager).get(page))
    decide = f"{page}decide/"
    assert sign_in(manager).post(decide, {"text": "So.", "answer": "waived"}).status_code == 404
    client = sign_in(chief)
    assert "Confirm</button>" in text_of(client.get(page))
    assert "This field is required" in text_of(client.post(decide, {"answer": "confirmed"}))
    client.post(decide, {"text": "x", "answer": "y"})
    breach.refresh_from_db()
    assert breach.state == "suspected"
    clock.turn(days=4)
    sent = {"text": "It was so.", "answer": "confirmed", "direct_team": "South"}
    client.post(decide, sent)
    breach.refresh_from_db()
    assert (breach.state, breach.decided_by, breach.direct_team) == ("confirmed", chief, "South")
    assert "It is confirmed already." in str(client.post(decide, sent).content)
    text = text_of(client.get(page))
    assert "4.0 working days, 4 calendar days" in text
    assert "&lt;b&gt;them&lt;/b&gt;" in text


def test_a_waived_one_counts_for_nothing(breach: Breach, admin: User, clock: Any) -> None:
    decide_breach(breach, confirm=False, text="A mistake.", acting_user=admin)
    assert by_partner(Breach.objects.all(), clock.now.date()) == []


def test_a_confirmed_one_is_taken_back_with_a_reason_and_counts_no_more(
    breach: Breach, admin: User, chief: User, manager: User, sign_in: SignIn, clock: Any
) -> None:
    client, address = sign_in(admin), f"{breach.get_absolute_url()}take-back/"
    assert "Only a confirmed breach" in client.post(address, {"text": "So."}).content.decode()
    clock.turn(days=1)
    decide_breach(breach, confirm=True, text="It was so.", acting_user=chief)
    assert sign_in(manager).post(address, {"text": "So."}).status_code == 404
    assert "Take the confirmation back" in text_of(client.get(breach.get_absolute_url()))
    assert "This field is required" in text_of(client.post(address, {}))
    (tally,) = by_partner(Breach.objects.all(), clock.now.date())
    assert tally.confirmed == 1
    clock.turn(days=3)
    client.post(address, {"text": "It was another customer."})
    breach.refresh_from_db()
    assert (breach.state, breach.taken_back_by, breach.decided_by) == ("waived", admin, chief)
    assert by_partner(Breach.objects.all(), clock.now.date()) == []
    assert by_team(Breach.objects.all(), clock.now.date()) == []
    text = text_of(client.get(breach.get_absolute_url()))
    assert "It was so." in text
    assert "It was another customer." in text
    # The time to resolve it is the one to its decision.
    assert "1.0 working days, 1 calendar days" in text
    assert "Only a confirmed breach" in client.post(address, {"text": "So."}).content.decode()


def test_working_time_leaves_out_week_ends_and_holidays(
    breach: Breach, admin: User, clock: Any
) -> None:
    Holiday.objects.create(day=dt.date(2026, 3, 4), name="Founders' day")
    clock.turn(days=7)
    took = resolution(breach, office_calendar(), clock.now)
    assert (took.days, took.working_days, took.is_open) == (7, 4.0, True)


def test_one_confirmed_is_a_warning_and_three_in_twelve_months_are_critical(
    partner: Partner, other_partner: Partner, manager: User, admin: User, clock: Any
) -> None:
    def add(to: Partner, days_ago: int, team: str) -> None:
        day = clock.now.date() - dt.timedelta(days=days_ago)
        row = file_breach(
            partner=to, evidence="So.", happened_on=day, direct_team=team, acting_user=manager
        )
        decide_breach(row, confirm=True, text="Yes.", acting_user=admin)

    today = clock.now.date()
    add(partner, 0, "North")
    add(partner, 10, "South")
    add(other_partner, 20, "North")
    add(partner, 366, "North")
    every = Breach.objects.all()
    tally = {each.partner: (each.confirmed, each.severity) for each in by_partner(every, today)}
    assert tally == {partner: (2, "warning"), other_partner: (1, "warning")}
    add(partner, 30, "North")
    counts = {each.team: (each.confirmed, each.severity) for each in by_team(every, today)}
    assert counts == {"North": (3, "critical"), "South": (1, "warning")}
    assert by_partner(every, today)[0].severity == "critical"


def test_worked_on_and_then_won_is_one_incident(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, direct: User,
    storage: ProductLine, clock: Any,
) -> None:  # fmt: skip
    deal = reviewing.approve_deal(submitted(partner, partner_rep), acting_user=manager)
    clock.turn(days=1)
    row = log_direct(
        customer=deal.customer, product_line=storage, acting_user=direct, confirmed=True,
        account_name="Fenwick",
    )  # fmt: skip
    touch_direct(row, acting_user=direct, state="won")
    assert Breach.objects.count() == 2
    (tally,) = by_partner(Breach.objects.all(), clock.now.date())
    assert tally.suspected == 1


def test_what_the_partner_did_after_against_before(
    breach: Breach, submitted: Make, partner: Partner, partner_rep: User, manager: User,
    admin: User, sign_in: SignIn, clock: Any,
) -> None:  # fmt: skip
    happened = clock.now.date()
    clock.turn(days=-89)
    for n in range(3):
        submitted(partner, partner_rep, name=f"Before {n}")
    clock.turn(days=89)
    observe_line_card(
        partner, category="Storage", source="Call", basis="revenue",
        observed_on=happened - dt.timedelta(days=5), suppliers=["us", "Rival"], acting_user=manager,
    )  # fmt: skip
    clock.turn(days=20)
    submitted(partner, partner_rep, name="After")
    observe_line_card(
        partner, category="Storage", source="Call", basis="revenue",
        observed_on=clock.now.date(), suppliers=["Rival", "us"], acting_user=manager,
    )  # fmt: skip
    decide_breach(breach, confirm=True, text="Yes.", acting_user=admin)
    after = aftermath(breach, clock.now.date())
    assert (after.registrations_before, after.registrations_after) == (3, 1)
    assert (after.passed, after.logins_before, after.logins_after) == (20, None, None)
    assert [(each.category, each.before, each.after) for each in after.ranks] == [("Storage", 1, 2)]
    text = text_of(sign_in(manager).get(breach.get_absolute_url()))
    assert "20 of the 90 days after are over." in text
    assert "Our rank in Storage" in text


@pytest.mark.parametrize("count", [25, 200])
def test_the_ledger_costs_the_same_at_every_size(
    count: int, partner: Partner, manager: User, sign_in: SignIn, clock: Any,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    Breach.objects.bulk_create(
        Breach(partner=partner, kind="filed", evidence="So.", happened_on=clock.now.date(),
               direct_team=f"Team {n}", filed_by=manager, filed_at=clock.now)
        for n in range(count)
    )  # fmt: skip
    client = sign_in(manager)
    # session, user, organisation, holidays, count, page, by partner, partners, by team
    with django_assert_max_num_queries(10):
        assert len(partners(client, per="200")) == count
    with django_assert_max_num_queries(6):
        assert len(records(export(client, "breaches:list-export"))) == count


def test_a_program_reads_the_ledger_of_its_person_s_partners(
    breach: Breach, theirs: Breach, manager: User, api: Callable[[User], APIClient]
) -> None:
    told = api(manager).get("/api/v1/breaches/").json()["results"]
    assert [(row["partner"], row["state"], row["direct_team"]) for row in told] == [
        ("P-1", "suspected", "North")
    ]
    assert api(manager).get("/api/v1/breaches/", {"state": "waived"}).json()["results"] == []
