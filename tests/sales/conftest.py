"""Files of sales lines, sent through the command on a day that the test chooses."""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Organisation
from imports.models import Source
from partners.models import Partner, PartnerExternalId
from tests.sales.files import Row, Send, import_file, write_csv


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[[str], dt.date]:
    """Makes it noon of a day on the organisation's clocks."""

    def set_day(text: str) -> dt.date:
        noon = dt.datetime.fromisoformat(f"{text}T12:00:00+00:00")
        monkeypatch.setattr(Organisation, "now", lambda _: noon)
        return noon.date()

    return set_day


@pytest.fixture
def today(on_day: Callable[[str], dt.date]) -> dt.date:
    return on_day("2026-03-10")


@pytest.fixture
def send(tmp_path: Path, db: None) -> Send:
    """Imports rows as a file: `send(rows, "--history", source="erp")` answers the counts."""

    def import_rows(
        rows: Iterable[Row], *options: str, source: str = "erp", columns: str = "invoice date"
    ) -> dict[str, Any]:
        path = tmp_path / "lines.csv"
        write_csv(path, list(rows), columns.split())
        return import_file("sales", path, *options, source=source)

    return import_rows


@pytest.fixture
def cast_of_partners(make_partner: Callable[..., Partner]) -> dict[str, Partner]:
    """Distributor D1 and resellers R1 and R2, known by these ids to the source erp."""
    source, _ = Source.objects.get_or_create(name="erp")
    cast = {}
    for external_id, name in (("D1", "Delta Distribution"), ("R1", "Rho"), ("R2", "Sigma")):
        cast[external_id] = make_partner(f"P-{external_id}", name)
        PartnerExternalId.objects.create(
            partner=cast[external_id], source=source, external_id=external_id
        )
    return cast
