"""The organisation of the demo, its people, and how its partners stand."""

import datetime as dt

from django.contrib.auth.hashers import make_password
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import FiscalPeriod, Holiday, Organisation, User
from channelhub.demo.cast import (
    BRANCHES,
    COLOUR,
    DEPUTIES,
    ENDED,
    FISCAL_YEAR_BEGINS,
    MERGED,
    ON_NOTICE,
    ORGANISATION,
    PARTNER_OF_ACCOUNTS,
    PEOPLE,
    PROMOTED,
    SEATS,
    TIME_ZONE,
    Seat,
)
from channelhub.demo_accounts import PASSWORD, ROLES
from channelhub.lib import months
from partners.models import (
    Membership,
    Partner,
    PartnerFiscalPeriod,
    PartnerManager,
    PartnerStatus,
    PartnerTier,
    Status,
)

# The fixed ones: the month, its day, what they are called.
HOLIDAYS = ((1, 1, "New Year's Day"), (7, 4, "Independence Day"), (12, 25, "Christmas Day"))
FISCAL_YEARS = 4
MONTHS_SINCE_MERGER = 7


def describe_organisation() -> None:
    """Give the organisation its name, currency and time zone."""
    Organisation.objects.update(
        name=ORGANISATION, reporting_currency="USD", time_zone=TIME_ZONE, colour=COLOUR
    )


def write_calendar(as_of: dt.date) -> None:
    """Write its holidays, and its fiscal years and quarters, which are those of the calendar."""
    years = range(as_of.year - FISCAL_YEARS + 2, as_of.year + 2)
    Holiday.objects.bulk_create(
        Holiday(day=dt.date(year, month, day), name=name)
        for year in years
        for month, day, name in HOLIDAYS
    )
    for year in years:
        FiscalPeriod.objects.bulk_create(_fiscal_year(year))


def _fiscal_year(year: int) -> list[FiscalPeriod]:
    begin = dt.date(year, 1, 1)
    whole = _period(FiscalPeriod.Length.YEAR, f"FY{year}", begin, 12)
    quarters = [
        _period(FiscalPeriod.Length.QUARTER, f"{year}-Q{n + 1}", months.add_months(begin, 3 * n), 3)
        for n in range(4)
    ]
    return [whole, *quarters]


def _period(length: FiscalPeriod.Length, name: str, start: dt.date, count: int) -> FiscalPeriod:
    end = months.last_day(months.add_months(start, count - 1))
    return FiscalPeriod(length=length, name=name, start=start, end=end)


def create_people() -> dict[str, User]:
    """Everybody's account by address; those that `make run` names share one password."""
    known = make_password(PASSWORD)
    made = User.objects.bulk_create(
        User(
            email=email,
            name=name,
            role=role,
            password=known if email in ROLES else make_password(None),
        )
        for email, name, role in PEOPLE
    )
    return {user.email: user for user in made}


def settle_partners(people: dict[str, User], as_of: dt.date) -> None:
    """Say of the loaded partners what their file cannot: links, past standing, deputies."""
    partners = {partner.number: partner for partner in Partner.objects.all()}
    _link(partners, as_of)
    _date_standing(partners, as_of)
    for manager, deputy in DEPUTIES.items():
        PartnerManager.objects.filter(manager=people[manager]).update(deputy=people[deputy])
    PartnerFiscalPeriod.objects.bulk_create(
        year for seat in SEATS for year in _own_years(seat, partners[seat.number], as_of)
    )
    for user in people.values():
        if user.works_at_partner:
            Membership.objects.create(user=user, partner=partners[PARTNER_OF_ACCOUNTS])


def _link(partners: dict[str, Partner], as_of: dt.date) -> None:
    for branch, company in BRANCHES.items():
        partners[branch].company = partners[company]
        partners[branch].save(update_fields=["company"])
    for merged, root in MERGED.items():
        partners[merged].merged_into = partners[root]
        partners[merged].merged_on = _months_ago(as_of, MONTHS_SINCE_MERGER)
        partners[merged].save(update_fields=["merged_into", "merged_on"])


def _date_standing(partners: dict[str, Partner], as_of: dt.date) -> None:
    for status, since in ((Status.ON_NOTICE, ON_NOTICE), (Status.ENDED, ENDED)):
        for number, ago in since.items():
            _set_status(partners[number], status, _months_ago(as_of, ago))
    for number, (ago, before) in PROMOTED.items():
        _promote(partners[number], before, _months_ago(as_of, ago))


def _set_status(partner: Partner, status: Status, day: dt.date) -> None:
    held = PartnerStatus.objects.get(partner=partner)
    held.valid = DateRange(held.valid.lower, day)
    held.save(update_fields=["valid"])
    PartnerStatus.objects.create(partner=partner, status=status, valid=DateRange(day, None))


def _promote(partner: Partner, before: str, day: dt.date) -> None:
    held = PartnerTier.objects.get(partner=partner)
    now, first = held.tier, held.valid.lower
    held.tier, held.valid = before, DateRange(first, day)
    held.save(update_fields=["tier", "valid"])
    PartnerTier.objects.create(partner=partner, tier=now, valid=DateRange(day, None))


def _months_ago(day: dt.date, count: int) -> dt.date:
    return months.add_months(months.first_day(day), -count)


def _own_years(seat: Seat, partner: Partner, as_of: dt.date) -> list[PartnerFiscalPeriod]:
    """The fiscal years that a partner has begun, each named for the year it ends in."""
    begins = FISCAL_YEAR_BEGINS.get(seat.number, 1)
    firsts = [dt.date(as_of.year - back, begins, 1) for back in range(FISCAL_YEARS)]
    starts = [first for first in firsts if first <= as_of]
    ends = [months.last_day(months.add_months(start, 11)) for start in starts]
    return [
        PartnerFiscalPeriod(partner=partner, name=f"FY{end.year}", start=start, end=end)
        for start, end in zip(starts, ends, strict=True)
    ]
