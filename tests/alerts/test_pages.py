"""What people see of alerts: through the door, with the cast of roles."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from alerts import actions
from alerts.models import Alert, Run, Threshold
from alerts.tasks import judge_night
from partners.models import Partner
from tests.imports.exports import export, records, sheet

from .conftest import monthly

YEAR_END = dt.date(2025, 12, 31)
NEXT_NIGHT = dt.date(2026, 1, 1)

Sell = Callable[..., None]
Make = Callable[..., Partner]
SignIn = Callable[[User], Client]


@pytest.fixture
def channel(
    make_known: Make, sell: Sell, manager: User, other_manager: User, on: Callable[[str], None]
) -> dict[str, Partner]:
    """Mia's partner F falls by half, Otto's R doubles; a baseline and a night without changes."""
    partners = {
        "S": make_known("S"), "F": make_known("F", manager), "R": make_known("R", other_manager)
    }  # fmt: skip
    sell(
        [
            *monthly(partners["S"], "2024-01", "2025-12", "1000"),
            *monthly(partners["F"], "2024-01", "2024-12", "200.10"),
            *monthly(partners["F"], "2025-01", "2025-12", "100.05"),
            *monthly(partners["R"], "2024-01", "2024-12", "100"),
            *monthly(partners["R"], "2025-01", "2025-12", "200"),
        ]
    )
    on("2026-01-02")
    actions.recompute(YEAR_END)
    return partners


def text_of(response: Any) -> str:
    """The words of a page, without its markup."""
    assert response.status_code == 200
    inline = re.sub(r"</?(data|span|strong)\b[^>]*>", "", response.content.decode())
    words: str = unescape(re.sub(r"<[^>]+>", " ", inline)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(words.split())


# --- Home --------------------------------------------------------------------------------------


def test_a_manager_sees_the_risks_of_their_partners_and_nobody_else_s(
    channel: dict[str, Partner], manager: User, sign_in: SignIn
) -> None:
    page = text_of(sign_in(manager).get("/"))
    assert "Partner F" in page
    assert "Our sales fell 50.00%" in page
    assert "Partner R" not in page
    assert "This was the baseline." in page


def test_the_chief_sees_the_whole_channel(
    channel: dict[str, Partner], chief: User, sign_in: SignIn
) -> None:
    page = text_of(sign_in(chief).get("/"))
    assert "Our sales fell 50.00%" in page
    assert "Our sales rose 100.00%" in page
    assert "erp (channel)" in page


def test_what_opened_worsened_and_ended_stands_under_changed_overnight(
    channel: dict[str, Partner], chief: User, sign_in: SignIn, sell: Sell, make_known: Make
) -> None:
    new = make_known("N")
    sell(monthly(new, "2025-01", "2025-01", "900"), covers="2025-01..2025-01", history=False)
    sell([("R-x", "2024-06-01", "R", "1000")], covers="2024-06..2024-06", history=False)
    actions.recompute(dt.date(2026, 1, 2))
    page = text_of(sign_in(chief).get("/"))
    overnight = page[page.index("Changed overnight") : page.index("Risks")]
    assert re.search(r"Partner N .*first time in 24 months New alert", overnight)
    assert re.search(r"Partner R .*Our sales rose [\d.]+% Ramping Ended", overnight)
    assert "Partner F" not in overnight


def test_before_the_first_night_home_says_so(
    partner: Partner, manager: User, sign_in: SignIn
) -> None:
    assert "Nothing has been judged yet." in text_of(sign_in(manager).get("/"))


def test_an_empty_organisation_is_told_what_to_load_first(admin: User, sign_in: SignIn) -> None:
    page = sign_in(admin).get("/")
    assert "Start with your partners." in text_of(page)
    assert 'href="/imports/new/"' in page.content.decode()


def test_a_partner_s_people_see_what_they_bought_and_no_alert(
    channel: dict[str, Partner], make_user: Any, sign_in: SignIn
) -> None:
    rep = make_user("Rita", "partner-rep", channel["F"])
    client = sign_in(rep)
    page = text_of(client.get("/"))
    assert "1.20K USD" in page
    assert "fell" not in page
    for address in ("/alerts/", f"/partners/{channel['F'].public_id}/", "/alerts/canaries/"):
        assert client.get(address).status_code == 404


def test_direct_reps_learn_whom_to_ask(
    channel: dict[str, Partner], direct: User, sign_in: SignIn
) -> None:
    page = text_of(sign_in(direct).get("/"))
    assert "Who to ask" in page
    assert "Partner F" not in page


# --- A partner ---------------------------------------------------------------------------------


def test_every_figure_of_a_partner_equals_a_query_written_here(
    channel: dict[str, Partner], manager: User, sign_in: SignIn
) -> None:
    def sold(first: str, last: str) -> Decimal:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sum(amount) FROM sales_line l JOIN partners_partner p ON p.id = reseller_id"
                " WHERE p.number = 'F' AND l.kind = 'billing' AND date BETWEEN %s AND %s",
                [first, last],
            )
            total: Decimal = cursor.fetchone()[0]
            return total

    page = text_of(sign_in(manager).get(f"/partners/{channel['F'].public_id}/"))
    current, prior = sold("2025-01-01", "2025-12-31"), sold("2024-01-01", "2024-12-31")
    assert (current, prior) == (Decimal("1200.6"), Decimal("2401.2"))
    assert "Last 12 months 1 Jan 2025 31 Dec 2025 1,200.60" in page
    assert "The 12 months before 1 Jan 2024 31 Dec 2024 2,401.20" in page
    assert "1,200.60 less 2,401.20 is \N{MINUS SIGN}1,200.60 USD, which is" in page
    assert "\N{MINUS SIGN}50.00% of 2,401.20." in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(amount) FROM sales_line WHERE date >= '2025-01-01'")
        (channel_total,) = cursor.fetchone()
    assert channel_total == 12 * 1000 + 12 * 200 + current
    share = ((prior - current) * 100 / channel_total).quantize(Decimal("0.01"), ROUND_DOWN)
    assert f"1.20K USD ({share}% of the channel)" in page
    assert "It ends when the change is under 15%" in page
    figures = sign_in(manager).get(f"/partners/{channel['F'].public_id}/").context["sales"]
    assert figures.last_6 == sold("2025-07-01", "2025-12-31") == Decimal("600.3")
    assert (figures.last_12, figures.prior_12) == (current, prior)
    assert [amount for _, amount in figures.series[-12:]] == [Decimal("100.05")] * 12


def test_the_rows_behind_an_alert_add_up_to_its_windows(
    channel: dict[str, Partner], manager: User, sign_in: SignIn, sell: Sell
) -> None:
    sell([("F-202506", "2025-06-15", "F", "7")], covers="2025-06..2025-06", history=False)
    client = sign_in(manager)
    page = client.get(f"/partners/{channel['F'].public_id}/").content.decode()
    link = re.search(r'href="(/partners/[^"]+/lines/\?from=[^"]+)"', page)
    assert link
    lines = client.get(link[1].replace("&amp;", "&")).context["page"].object_list
    # As known when the alert was judged: the correction of today is not among them.
    assert sum(line["amount"] for line in lines) == Decimal("3601.8")
    assert client.get(f"/partners/{channel['F'].public_id}/lines/").status_code == 200


@pytest.mark.parametrize("query", ["?from=x&to=y", "?from=2025-13-01&to=2025-12-31", "?page=x"])
def test_a_wrong_period_shows_every_line(
    channel: dict[str, Partner], manager: User, sign_in: SignIn, query: str
) -> None:
    page = sign_in(manager).get(f"/partners/{channel['F'].public_id}/lines/{query}")
    assert page.context["period"] is None
    assert page.context["page"].paginator.count == 24


def test_another_manager_s_partner_is_not_found(
    channel: dict[str, Partner], manager: User, sign_in: SignIn, api: Callable[[User], APIClient]
) -> None:
    client = sign_in(manager)
    foreign = Alert.objects.get(partners=channel["R"])
    assert client.get(f"/partners/{channel['R'].public_id}/").status_code == 404
    assert client.get(f"/partners/{channel['R'].public_id}/lines/").status_code == 404
    assert api(manager).get(f"/api/v1/alerts/{foreign.public_id}/").status_code == 404


# --- Lists, thresholds, API --------------------------------------------------------------------


def test_the_list_is_narrowed_by_partner_nature_severity_and_state(
    channel: dict[str, Partner], chief: User, sign_in: SignIn
) -> None:
    client = sign_in(chief)

    def listed(query: str) -> list[str]:
        page = client.get(f"/alerts/{query}").context["page"]
        return [item.concerned[0].partner.number for item in page.object_list]

    assert listed("") == ["F", "R"]
    assert listed("?nature=risk") == ["F"]
    assert listed("?q=partner+r") == ["R"]
    assert listed("?severity=watch") == []
    assert listed("?state=ended") == []
    wrong = client.get("/alerts/?severity=nonsense")
    assert "nonsense is not one of the available choices" in text_of(wrong)


def test_only_an_admin_changes_thresholds_and_the_change_is_kept(
    channel: dict[str, Partner], admin: User, chief: User, sign_in: SignIn
) -> None:
    address = "/alerts/canaries/our-sales-shift/"
    form = {
        "change": "60", "clears_under": "75", "material_share": "0.02",
        "warning_share": "0.1", "critical_share": "0.5",
    }  # fmt: skip
    assert sign_in(chief).post(address, form).status_code == 404
    client = sign_in(admin)
    assert client.get("/alerts/canaries/no-such/").status_code == 404
    wrong = client.post(address, {**form, "critical_share": "0.01"})
    assert "Critical must not begin below warning." in text_of(wrong)
    assert not Threshold.objects.exists()
    assert client.post(address, form).status_code == 302
    assert Threshold.objects.get().value == 60
    page = text_of(sign_in(chief).get("/alerts/canaries/"))
    assert "that fires, in percent 60" in page


def test_the_api_lists_the_same_alerts(
    channel: dict[str, Partner], manager: User, chief: User, api: Callable[[User], APIClient]
) -> None:
    mine = api(manager).get("/api/v1/alerts/").json()["results"]
    assert [alert["partners"] for alert in mine] == [["F"]]
    assert (mine[0]["severity"], Decimal(mine[0]["money"])) == ("critical", Decimal("1200.6"))
    one = api(manager).get(f"/api/v1/alerts/{mine[0]['id']}/").json()
    assert one["ends_when"].startswith("It ends when")
    assert api(chief).get("/api/v1/alerts/?nature=opportunity").json()["count"] == 1
    assert APIClient().get("/api/v1/alerts/").status_code == 401


# --- Query budgets -----------------------------------------------------------------------------


@pytest.fixture
def crowd(make_known: Make, sell: Sell, manager: User, on: Callable[[str], None]) -> Partner:
    """210 partners, each with an alert."""
    partners = [make_known(f"P{index:03}", manager) for index in range(210)]
    sell(
        [
            line
            for partner in partners
            for line in (
                (f"{partner.number}-a", "2024-03-05", partner.number, "300"),
                (f"{partner.number}-b", "2025-03-05", partner.number, "100"),
            )
        ]
    )
    on("2026-01-02")
    actions.recompute(YEAR_END)
    assert Alert.objects.open().count() == 210
    return partners[0]


@pytest.mark.parametrize(
    ("address", "budget"),
    [
        # session, user, time zone, today, the person's partners, run, run under way, count, alerts,
        # their partners, what they are about, which of those may be opened (and today again),
        # organisation of the frame
        ("/alerts/?per={rows}", 14),
        ("/alerts/?per={rows}&q=partner", 14),
        # the partner, its lines and their count besides
        ("/partners/{partner}/lines/?per={rows}", 12),
    ],
)
def test_lists_ask_the_database_as_often_for_200_rows_as_for_25(
    crowd: Partner, manager: User, sign_in: SignIn, address: str, budget: int
) -> None:
    client = sign_in(manager)
    counts = []
    for rows in (25, 200):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address.format(rows=rows, partner=crowd.public_id))
        assert page.status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= budget


def test_home_and_the_partner_page_keep_to_their_budgets(
    crowd: Partner, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    # home: 40, and 2 for how deals went lately; the partner's page: 45, and 3 for its deals: open
    # ones, figures, breaches
    for address, budget in (("/", 42), (f"/partners/{crowd.public_id}/", 48)):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= budget, "\n".join(query["sql"][:150] for query in queries)


def test_an_admin_has_the_night_judged_now_and_nobody_else_does(
    channel: dict[str, Partner], admin: User, chief: User, sign_in: SignIn, sell: Sell
) -> None:
    sell([("F-more", "2025-06-15", "F", "5000")], covers="2025-06..2025-06")
    client = sign_in(admin)
    assert sign_in(chief).post("/alerts/judge/").status_code == 404
    assert client.get("/alerts/judge/").status_code in {404, 405}
    assert not Run.objects.filter(as_of=NEXT_NIGHT).exists()
    assert client.post("/alerts/judge/").status_code == 302
    run = Run.objects.get(as_of=NEXT_NIGHT)
    assert "Judging as of 1 January 2026" in text_of(client.get("/alerts/"))
    judge_night(run.pk)
    assert Alert.objects.filter(partners=channel["F"], direction="up", ended_on=None).exists()
    assert client.post("/alerts/judge/").status_code == 302
    run.refresh_from_db()
    assert run.state == "queued"
    judge_night(run.pk)
    run.refresh_from_db()
    assert run.state == "done"


# --- Exports -----------------------------------------------------------------------------------


def test_alerts_are_exported_as_they_are_listed(
    channel: dict[str, Partner], manager: User, chief: User, sign_in: SignIn
) -> None:
    mine = records(export(sign_in(manager), "alerts:list-export"))
    assert [row["Partner numbers"] for row in mine] == [channel["F"].number]
    assert Decimal(mine[0]["Money at stake"]) == Alert.objects.get(partners=channel["F"]).money
    every = records(export(sign_in(chief), "alerts:list-export", canary="our-sales-shift"))
    assert {row["Partner numbers"] for row in every} == {channel["F"].number, channel["R"].number}
    narrowed = sheet(export(sign_in(chief), "alerts:list-export", "xlsx", nature="opportunity"))
    assert [row[1] for row in narrowed[1:]] == [channel["R"].number]
    page = sign_in(chief).get("/alerts/", {"nature": "risk"}).content.decode()
    assert 'href="/alerts/export.xlsx?nature=risk"' in page


def test_an_export_asks_as_much_of_many_alerts_as_of_few(
    channel: dict[str, Partner], manager: User, sign_in: SignIn
) -> None:
    client, alert = sign_in(manager), Alert.objects.get(partners=channel["F"])

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert (
                len(records(export(client, "alerts:list-export")))
                == Alert.objects.filter(partners=channel["F"]).count()
            )
        return len(asked)

    copies(alert, channel["F"], range(25))
    few = questions()
    copies(alert, channel["F"], range(25, 200))
    assert questions() == few


def copies(alert: Alert, partner: Partner, numbers: range) -> None:
    """Alerts of other subjects, for nothing but their number."""
    for number in numbers:
        other = Alert.objects.get(pk=alert.pk)
        other.pk, other.public_id, other.subject = None, uuid.uuid4(), 10_000 + number
        other.save()
        other.partners.add(partner)
