"""Registered deals of the demo, told day by day so that the clock does to them what it would."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

from django.contrib.auth.hashers import make_password

from accounts.models import Organisation, Role, User
from channelhub.demo.cast import PARTNER_OF_ACCOUNTS
from channelhub.lib.work import WorkState
from deals.actions import appeals, direct, drafts, progress, reviewing
from deals.actions.moving import enter_moved
from deals.actions.steps import told_at
from deals.actions.timed import age_protections, keep_the_clock
from deals.models import Breach, Deal, DirectOpportunity, DirectState, Notice
from partners.models import Membership, Partner, PartnerManager
from sales.models import ProductLine

MORNING = dt.time(10, 20)
# The beat may be away for days and comes to the same end. Of late it was there every day, so that
# what is due today is told today.
BEAT_EVERY_DAYS, DAILY_FOR_DAYS = 7, 7


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scene:
    """A registration, submitted `days` ago, and what is done with it: (days ago, what)."""

    partner: str
    customer: str
    country: str
    line: int
    amount: int
    days: int
    effort: str
    steps: tuple[tuple[int, str], ...] = ()
    tender: bool = False
    hour: int = 0


SCENES = (
    # Brightmoor, where the accounts of `make run` work
    Scene(partner="P-1101", customer="Ellerby Hospitals", country="US", line=0, amount=184_000,
        days=41, effort="Site survey of three hospitals; design accepted by their network team.",
        steps=((40, "approve"), (12, "update"))),
    Scene(partner="P-1101", customer="Tidewater Credit Union", country="US", line=1,
        amount=96_000, days=1, effort="Two workshops, budget confirmed for this quarter."),
    Scene(partner="P-1101", customer="Corrigan Logistics", country="US", line=0, amount=58_000,
        days=3, effort="First call and a quote.", steps=((2, "ask"),)),
    Scene(partner="P-1101", customer="Saltmarsh County Schools", country="US", line=2,
        amount=240_000, days=83, tender=True, effort="Bid submitted with references.",
        steps=((82, "approve"), (50, "update"), (22, "update"), (4, "update"))),
    Scene(partner="P-1101", customer="Wyndale Foods", country="US", line=1, amount=71_000,
        days=120, effort="Pilot in one plant.", steps=((119, "approve"), (90, "update"),
        (52, "win"))),
    Scene(partner="P-1101", customer="Harlow Press", country="US", line=0, amount=22_000,
        days=9, effort="Met at a fair.", steps=((8, "reject too-early"), (6, "appeal"))),
    # Two partners, one customer: the first complete registration against a later one
    Scene(partner="P-1302", customer="Marlstone Energy", country="US", line=0, amount=310_000,
        days=1, hour=0, effort="Architecture review with their head of infrastructure."),
    Scene(partner="P-1102", customer="Marlstone Energy Inc.", country="US", line=0,
        amount=280_000, days=1, hour=3, effort="They asked us for an offer."),
    # Others, in every state
    Scene(partner="P-1301", customer="Pinecrest Insurance", country="US", line=0,
        amount=420_000, days=58, effort="Proof of concept running.",
        steps=((57, "approve"), (20, "update"), (3, "extend"))),
    Scene(partner="P-1303", customer="Ashgrove Rail", country="GB", line=1, amount=350_000,
        days=70, effort="Framework contract signed.",
        steps=((69, "approve"), (40, "update"), (10, "update"), (5, "flag"))),
    Scene(partner="P-1306", customer="Dunmore Retail", country="US", line=2, amount=64_000,
        days=41, effort="Inventory of 40 branches.", steps=((40, "approve"),)),
    Scene(partner="P-1310", customer="Loxley Pharma", country="US", line=0, amount=88_000,
        days=130, effort="Quote sent.",
        steps=((129, "approve"), (100, "update"), (70, "update"), (45, "update"))),
    Scene(partner="P-1201", customer="Steinbach Logistik GmbH", country="DE", line=0,
        amount=140_000, days=100, effort="Testaufbau im Lager.", steps=((99, "approve"),
        (60, "update"), (25, "lose"))),
    Scene(partner="P-1314", customer="Redfern Studios", country="US", line=1, amount=39_000,
        days=5, effort="Asked us to replace their core."),
    Scene(partner="P-1332", customer="Kelso Shipyards", country="US", line=0, amount=175_000,
        days=26, effort="Two site visits.", steps=((25, "approve"), (8, "update"))),
    Scene(partner="P-1108", customer="Saltmarsh County Schools", country="US", line=2,
        amount=230_000, days=80, tender=True, effort="Bid submitted.",
        steps=((79, "approve"), (48, "update"), (19, "update"), (6, "update"))),
)  # fmt: skip

# Our own sales: (customer, country, line, days ago, what became of it, amount).
DIRECT = (
    ("Kelso Shipyards", "US", 0, 14, "", 160_000),
    ("Corvane Insurance Group", "US", 1, 75, "", 410_000),
    ("Loxley Pharma", "US", 0, 33, "won 6", 90_000),
)
WORDS = {
    "update": "Meeting held; they compare two designs.",
    "ask": "Which sites are in scope, and who decides?",
    "extend": "Their board decides next month.",
    "flag": "Our rep left and nobody said who took over.",
    "appeal": "The project is budgeted: see their letter of the 4th.",
}


def write_registrations(users: dict[str, User], as_of: dt.date) -> None:
    """Play the scenes day by day up to the morning after `as_of`."""
    made: dict[int, Deal] = {}
    zone = Organisation.current().zone()
    for moment, act in sorted(_timeline(made, users, as_of), key=lambda each: each[0]):
        with told_at(dt.datetime.combine(moment.date(), moment.time(), zone)):
            act()
    # What has been told meanwhile was told: a demo sends no mail.
    Notice.objects.update(state=WorkState.DONE)
    with told_at(_at(as_of, 3, 5).replace(tzinfo=zone)):
        _decide_breaches()


def _timeline(
    made: dict[int, Deal], users: dict[str, User], as_of: dt.date
) -> Iterator[tuple[dt.datetime, Callable[[], object]]]:
    reps = _reps(users)
    lines = list(ProductLine.objects.order_by("name"))
    for number, scene in enumerate(SCENES):
        line = lines[scene.line % len(lines)]
        yield _at(as_of, scene.days, scene.hour), partial(_submit, made, number, reps, line)
        for days, what in scene.steps:
            yield _at(as_of, days, 2), partial(_play, made, number, what)
    for row in DIRECT:
        yield _at(as_of, row[3], 1), partial(_log, row, lines, users)
    for days in _days_of_the_beat():
        yield _at(as_of, days, -4), keep_the_clock
        yield _at(as_of, days, -4), age_protections
    yield _at(as_of, 1, -4), partial(enter_moved, as_of)
    yield _at(as_of, 6, 4), partial(_close_direct, users)


def _days_of_the_beat() -> list[int]:
    """How many days ago, from the first registration on."""
    first = max(scene.days for scene in SCENES)
    return [n for n in range(first, -1, -1) if n < DAILY_FOR_DAYS or n % BEAT_EVERY_DAYS == 0]


def _at(as_of: dt.date, days: int, hours: int) -> dt.datetime:
    day = as_of + dt.timedelta(days=1 - days)
    return dt.datetime.combine(day, MORNING) + dt.timedelta(hours=hours)


def _reps(users: dict[str, User]) -> dict[str, User]:
    """Who registers at each partner: its account, or one without a password."""
    numbers = {scene.partner for scene in SCENES} - {PARTNER_OF_ACCOUNTS}
    partners = Partner.objects.in_bulk(numbers, field_name="number")
    reps = {PARTNER_OF_ACCOUNTS: users["partner-rep@channelhub.example"]}
    for number, partner in sorted(partners.items()):
        reps[number] = User.objects.create(
            email=f"sales@{number.lower()}.example",
            name=f"Sales at {partner.name}",
            role=Role.PARTNER_REP,
            password=make_password(None),
        )
        Membership.objects.create(user=reps[number], partner=partner)
    return reps


def _submit(made: dict[int, Deal], number: int, reps: dict[str, User], line: ProductLine) -> None:
    scene = SCENES[number]
    rep = reps[scene.partner]
    word = scene.customer.split()[0].lower()
    draft = drafts.begin_draft(
        Partner.objects.get(number=scene.partner),
        acting_user=rep,
        lines={line: Decimal(scene.amount)},
        account_name=scene.customer,
        account_domain=f"{word}.example",
        account_country=scene.country,
        currency="USD",
        expected_close=Organisation.current().today() + dt.timedelta(days=60),
        effort=scene.effort,
        tender=scene.tender,
    )
    made[number] = drafts.submit_deal(draft, acting_user=rep)


def _play(made: dict[int, Deal], number: int, what: str) -> None:
    deal = Deal.objects.get(pk=made[number].pk)
    verb, _, code = what.partition(" ")
    ours = PartnerManager.objects.filter(partner=deal.partner).latest("valid").manager
    if verb == "approve":
        reviewing.approve_deal(deal, acting_user=ours)
    elif verb == "ask":
        reviewing.ask(deal, question=WORDS[verb], acting_user=ours)
    elif verb == "reject":
        told = "We see no project yet. Register again once there is a budget."
        reviewing.reject_deal(deal, code=code, text=told, acting_user=ours)
    else:
        _by_the_partner(deal, verb)


def _by_the_partner(deal: Deal, verb: str) -> None:
    rep = deal.registered_by
    if verb == "win":
        amount = deal.lines.get().amount
        progress.win_deal(deal, amount=amount, order_number="SO-48812", acting_user=rep)
    elif verb == "lose":
        progress.lose_deal(deal, reason="price", text="12% above.", acting_user=rep)
    elif verb == "update":
        progress.update_progress(deal, text=WORDS[verb], acting_user=rep)
    else:
        said = {
            "extend": progress.ask_extension,
            "appeal": appeals.file_appeal,
        }
        if verb == "flag":
            progress.flag_unclear(deal, text=WORDS[verb], acting_user=rep)
        else:
            said[verb](deal, reason=WORDS[verb], acting_user=rep)


def _log(
    row: tuple[str, str, int, int, str, int], lines: list[ProductLine], users: dict[str, User]
) -> None:
    customer, country, line, _, _, amount = row
    direct.log_direct(
        customer=None,
        product_line=lines[line % len(lines)],
        acting_user=users["direct@channelhub.example"],
        account_name=customer,
        account_country=country,
        direct_team="Enterprise East",
        amount=Decimal(amount),
        currency="USD",
        # Whoever is warned here logs it all the same.
        confirmed=True,
    )


def _close_direct(users: dict[str, User]) -> None:
    for row in DirectOpportunity.objects.filter(account_name="Loxley Pharma"):
        seller = users["direct@channelhub.example"]
        direct.touch_direct(row, acting_user=seller, state=DirectState.WON)


def _decide_breaches() -> None:
    admin = User.objects.admins().first()
    taken = Breach.objects.filter(deal__partner__number="P-1310").first()
    if taken and admin:
        text = "The registration had expired, but within the 180 days of the rules."
        direct.decide_breach(taken, confirm=True, text=text, acting_user=admin)
