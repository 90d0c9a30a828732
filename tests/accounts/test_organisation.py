"""What admins set for everybody."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import FiscalPeriod, Holiday, Organisation, User

pytestmark = pytest.mark.django_db

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\6\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc"
    b"\xf8\xcf\xc0\xf0\x1f\0\5\0\1\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82"
)
SETTINGS: dict[str, Any] = {
    "name": "Acme",
    "reporting_currency": "USD",
    "time_zone": "UTC",
    "working_days": ["1", "2", "3", "4"],
    "colour": "#aa0044",
}


@pytest.fixture
def client(admin: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(admin)


def test_an_admin_sets_what_everybody_lives_by(client: Client) -> None:
    assert client.post("/organisation/", SETTINGS).status_code == 302
    organisation = Organisation.current()
    assert (organisation.name, organisation.working_days) == ("Acme", [1, 2, 3, 4])
    history = client.get("/organisation/").content.decode().split("History")[1]
    assert "Acme" in history
    assert "Ada Admin" in history


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"reporting_currency": "dollars"},
        {"reporting_currency": "usd"},
        {"time_zone": "Mars/Base"},
        {"working_days": ["8"]},
        {"working_days": []},
        {"colour": "red"},
        {"colour": "#12345}"},
    ],
)
def test_bad_input_changes_nothing(wrong: dict[str, Any], client: Client) -> None:
    answer = client.post("/organisation/", {**SETTINGS, **wrong})
    assert answer.status_code == 200
    assert "Please correct this" in answer.content.decode()
    assert Organisation.current().name == "Your organisation"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("reporting_currency", "EUR", "stay as they are"),
        ("time_zone", "Europe/Berlin", "deadlines and the nightly run"),
    ],
)
def test_currency_and_time_zone_ask_once_more(
    field: str, value: str, told: str, client: Client
) -> None:
    data = {**SETTINGS, field: value}
    page = client.post("/organisation/", data).content.decode()
    assert told in page
    assert getattr(Organisation.current(), field) == SETTINGS[field]
    assert client.post("/organisation/", {**data, "understood": "on"}).status_code == 302
    assert getattr(Organisation.current(), field) == value


# --- Holidays and fiscal periods ---------------------------------------------------------------


def test_holidays_come_and_go(client: Client) -> None:
    data = {"day": "2026-12-25", "name": "Christmas"}
    assert client.post("/organisation/calendar/holidays/add/", data).status_code == 302
    page = client.post("/organisation/calendar/holidays/add/", data).content.decode()
    assert "a holiday already" in page
    assert Holiday.objects.get().day == dt.date(2026, 12, 25)
    client.post("/organisation/calendar/holidays/remove/", {"day": "2026-12-25"})
    assert not Holiday.objects.exists()


@pytest.mark.parametrize("day", ["", "2026-02-30", "soon", "\0"])
def test_bad_days_are_no_holidays(day: str, client: Client) -> None:
    data = {"day": day, "name": "X"}
    assert client.post("/organisation/calendar/holidays/add/", data).status_code == 200
    answer = client.post("/organisation/calendar/holidays/remove/", data)
    assert answer.status_code == 302


def test_a_fiscal_year_brings_its_quarters(client: Client) -> None:
    client.post("/organisation/calendar/years/add/", {"start": "2026-04-01"})
    periods = {p.name: (p.start, p.end) for p in FiscalPeriod.objects.all()}
    assert periods == {
        "FY2027": (dt.date(2026, 4, 1), dt.date(2027, 3, 31)),
        "FY2027-Q1": (dt.date(2026, 4, 1), dt.date(2026, 6, 30)),
        "FY2027-Q2": (dt.date(2026, 7, 1), dt.date(2026, 9, 30)),
        "FY2027-Q3": (dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
        "FY2027-Q4": (dt.date(2027, 1, 1), dt.date(2027, 3, 31)),
    }


@pytest.mark.parametrize("start", ["2026-05-01", "2026-04-02", "2026-03-31", "9999-12-28", ""])
def test_fiscal_years_neither_overlap_nor_start_on_a_day_that_months_lack(
    start: str, client: Client
) -> None:
    client.post("/organisation/calendar/years/add/", {"start": "2026-04-01"})
    answer = client.post("/organisation/calendar/years/add/", {"start": start})
    assert answer.status_code == 200
    assert FiscalPeriod.objects.count() == 5


def test_a_fiscal_year_is_removed_with_its_quarters_and_no_others(client: Client) -> None:
    for start in ("2026-01-01", "2027-01-01"):
        client.post("/organisation/calendar/years/add/", {"start": start})
    client.post("/organisation/calendar/years/remove/", {"name": "FY2026"})
    assert FiscalPeriod.objects.count() == 5
    assert FiscalPeriod.objects.filter(name="FY2027").exists()


# --- Logo and colour ---------------------------------------------------------------------------


def upload(client: Client, content: bytes, name: str = "logo.png") -> Any:
    return client.post("/organisation/logo/set/", {"logo": SimpleUploadedFile(name, content)})


def test_a_logo_is_on_every_page_with_its_own_type(client: Client) -> None:
    assert Client().get("/organisation/logo").status_code == 404
    upload(client, PNG, "logo.html")
    answer = Client().get("/organisation/logo")
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    again = Client().get("/organisation/logo", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert 'src="/organisation/logo"' in Client().get("/accounts/login/").content.decode()
    client.post("/organisation/logo/remove/")
    assert Client().get("/organisation/logo").status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a;",
        PNG[:20],
        b"",
        PNG[:-12] + b"x" * 200_000 + PNG[-12:],
    ],
)
def test_what_is_no_small_picture_is_no_logo(content: bytes, client: Client) -> None:
    assert upload(client, content).status_code == 302
    assert not Organisation.objects.get().logo


def test_the_colour_reaches_every_page_by_a_stylesheet_that_is_kept(client: Client) -> None:
    client.post("/organisation/", SETTINGS)
    answer = Client().get("/organisation.css")
    assert answer["Content-Type"] == "text/css"
    assert "--tblr-primary: #aa0044;" in answer.content.decode()
    assert "public" in answer["Cache-Control"]
    tag = {"If-None-Match": answer["ETag"]}
    assert Client().get("/organisation.css", headers=tag).status_code == 304
    client.post("/organisation/", {**SETTINGS, "colour": "#00aa44"})
    assert Client().get("/organisation.css", headers=tag).status_code == 200
