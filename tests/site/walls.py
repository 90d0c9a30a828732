"""Two partners with a row in every table that the wall opens, and what each is shown of them."""

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.actions.tokens import create_token
from accounts.models import IdempotentCall, User
from channelhub import wall
from channelhub.lib import roles
from deals.actions.direct import file_breach
from deals.models import Authorisation, Deal, DealFile, DealStep, Ground, Protection, UnclearFlag
from imports.models import Import, RejectedRow
from partners.models import (
    Action,
    Departure,
    Partner,
    PartnerFiscalPeriod,
    PartnerTier,
    Person,
)

DAYS = DateRange(dt.date(2025, 1, 1), None)


def keys_of() -> dict[str, str]:
    """The primary key of each table with a model."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: str(model._meta.pk.column) for model in models}


def rows_shown(partner: Partner) -> dict[str, set[Any]]:
    """What an unscoped SELECT shows of each table behind this partner's wall."""
    keys = keys_of()
    readable = [each.table for each in wall.OPENINGS if "SELECT" in each.grants]
    with roles.behind_the_wall(partner.pk), connection.cursor() as cursor:
        shown = {}
        for table in readable:
            cursor.execute(f"SELECT {keys[table]} FROM {table}")  # noqa: S608 - our own names
            shown[table] = {key for (key,) in cursor.fetchall()}
    return shown


def furnish(partner: Partner, user: User, deal: Deal, file: Import) -> None:
    """What the world of the walks has not yet: a row in each table of a partner."""
    person = Person.objects.filter(partner=partner)[0]
    Departure.objects.create(person=person, left_on=DAYS.lower, known_on=DAYS.lower)
    Action.objects.filter(partner=partner).update(shared=True)
    PartnerTier.objects.create(partner=partner, tier="Gold", valid=DAYS)
    PartnerFiscalPeriod.objects.create(
        partner=partner, name="FY2025", start=dt.date(2025, 1, 1), end=dt.date(2025, 12, 31)
    )
    RejectedRow.objects.create(load=file, row=2, column="name", value="", reason="Empty.")
    create_token(user, name="CRM", lifetime=dt.timedelta(days=1))
    IdempotentCall.objects.create(user=user, key="k", request_hash="h")
    line, customer = deal.lines.get(), deal.customer
    assert customer
    Protection.objects.create(
        line=line, deal=deal, partner=partner, root_customer=customer,
        product_line=line.product_line, during=DAYS, ground=Ground.APPROVAL,
    )  # fmt: skip
    UnclearFlag.objects.create(deal=deal, partner=partner, text="Who?", raised_by=user)
    Authorisation.objects.create(
        partner=partner, agreement="A-1", product_line=line.product_line, valid=DAYS
    )
    file_breach(
        partner=partner, deal=deal, evidence="A visit.", happened_on=DAYS.lower, acting_user=user
    )
    DealFile.objects.create(
        deal=deal, partner=partner, name="ours.pdf", size=1, internal=True, uploaded_by=user
    )
    DealStep.objects.create(
        deal=deal, partner=partner, step="comment", internal=True, text="Ours.", at=timezone.now()
    )
