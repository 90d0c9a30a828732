"""Who a partner is: its record, its ids elsewhere, its fiscal periods."""

import datetime as dt
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError

from accounts.models import User
from channelhub.lib.history import decision
from imports.models import Source
from partners.actions.promises import NUMBER_TAKEN, PERIODS_OVERLAP, promises
from partners.actions.standing import set_manager, set_status, set_territory, set_tier
from partners.models import Partner, PartnerExternalId, PartnerFiscalPeriod, Status


class Facts(TypedDict, total=False):
    """The record of a partner, as far as it is given."""

    number: str
    name: str
    kinds: list[str]
    type: str
    company: Partner | None
    currency: str
    website: str


def create_partner(
    *,
    since: dt.date,
    status: str = Status.ACTIVE,
    tier: str = "",
    territory: str = "",
    manager: User | None = None,
    deputy: User | None = None,
    acting_user: User,
    **facts: Unpack[Facts],
) -> Partner:
    """Add a partner whose standing holds from `since`, that day included.

    Raises:
        ValidationError: by field, what is wrong or taken.
    """
    partner = Partner(**facts)
    with decision(acting_user):
        _check(partner)
        with promises():
            partner.save(force_insert=True)
        set_status(partner, status=status, since=since, acting_user=acting_user)
        set_tier(partner, tier=tier, since=since, acting_user=acting_user)
        set_territory(partner, territory=territory, since=since, acting_user=acting_user)
        set_manager(partner, manager=manager, deputy=deputy, since=since, acting_user=acting_user)
    return partner


def update_partner(partner: Partner, *, acting_user: User, **facts: Unpack[Facts]) -> Partner:
    """Change what is given and different; answers the partner as it is now.

    Raises:
        ValidationError: by field, what is wrong or taken.
    """
    with decision(acting_user):
        current: Partner = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        changed = [name for name, value in facts.items() if getattr(current, name) != value]
        for name in changed:
            setattr(current, name, facts[name])  # type: ignore[literal-required]
        if changed:
            _check(current)
            with promises():
                current.save(update_fields=changed)
    return current


class Standing(TypedDict, total=False):
    """What holds for a partner from a day on, as far as it is given."""

    status: str
    tier: str
    territory: str
    manager: User | None
    deputy: User | None


def change_partner(
    partner: Partner, *, record: Facts, standing: Standing, since: dt.date, acting_user: User
) -> Partner:
    """Change record and standing together, or nothing; what is not given stays.

    Raises:
        ValidationError: by field, what is wrong or taken.
    """
    with decision(acting_user):
        current = update_partner(partner, acting_user=acting_user, **record)
        if "status" in standing:
            status = standing["status"]
            set_status(partner, status=status, since=since, acting_user=acting_user)
        if "tier" in standing:
            set_tier(partner, tier=standing["tier"], since=since, acting_user=acting_user)
        if "territory" in standing:
            territory = standing["territory"]
            set_territory(partner, territory=territory, since=since, acting_user=acting_user)
        if "manager" in standing or "deputy" in standing:
            people = _people(partner, standing, since)
            set_manager(partner, **people, since=since, acting_user=acting_user)
    return current


def _people(partner: Partner, standing: Standing, since: dt.date) -> dict[str, User | None]:
    """Manager and deputy as given, else as they are on the day."""
    now = partner.managers.on(since).select_related("manager", "deputy").first()
    return {
        "manager": standing.get("manager", now.manager if now else None),
        "deputy": standing.get("deputy", now.deputy if now else None),
    }


def _check(partner: Partner) -> None:
    """Raises ValidationError. The company is locked: two branches of each other would race."""
    if partner.company_id:
        Partner.objects.select_for_update(no_key=True).get(pk=partner.company_id)
    same_number = Partner.objects.filter(number=partner.number).exclude(pk=partner.pk)
    partner.full_clean(validate_unique=False, validate_constraints=False)
    if same_number.exists():
        raise ValidationError({"number": NUMBER_TAKEN})


def add_external_id(
    partner: Partner, *, source: str, external_id: str, acting_user: User
) -> PartnerExternalId:
    """Note what a source calls the partner; a source named for the first time is made.

    Raises:
        ValidationError: not the name of a source, or the source calls another partner so.
    """
    with decision(acting_user):
        origin = Source.objects.filter(name=source).first() or Source(name=source)
        if not origin.pk:
            _check_source(origin)
            origin.save()
        with promises():
            return PartnerExternalId.objects.create(
                partner=partner, source=origin, external_id=external_id
            )


def _check_source(source: Source) -> None:
    try:
        source.full_clean()
    except ValidationError as error:
        raise ValidationError({"source": error.messages}) from error


def remove_external_id(external_id: PartnerExternalId, *, acting_user: User) -> None:
    """Forget what a source calls a partner: its next file no longer finds it by this id."""
    with decision(acting_user):
        external_id.delete()


def add_fiscal_period(
    partner: Partner, *, name: str, start: dt.date, end: dt.date, acting_user: User
) -> PartnerFiscalPeriod:
    """Note a fiscal year of the partner, first and last day included.

    Raises:
        ValidationError: it ends before it starts, or overlaps another.
    """
    if end <= start:
        raise ValidationError({"end": "The last day lies after the first day."})
    with decision(acting_user):
        period = PartnerFiscalPeriod(partner=partner, name=name, start=start, end=end)
        others = partner.fiscal_periods.filter(start__lte=end, end__gte=start)
        if other := others.first():
            raise ValidationError({"start": f"{PERIODS_OVERLAP} ({other})"})
        with promises():
            period.save()
    return period


def remove_fiscal_period(period: PartnerFiscalPeriod, *, acting_user: User) -> None:
    """Forget a fiscal year of a partner."""
    with decision(acting_user):
        period.delete()
