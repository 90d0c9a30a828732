"""Issues: what the canaries said of the partner and had not ended by then."""

from alerts.canaries import CANARIES
from alerts.models import Alert, Run
from alerts.subjects import subjects
from alerts.verdicts import Scope
from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Column, Part, Row, Shares, Table

SHOWN = 40
# What a partner reads of its own record: canaries that speak of nobody else, about it alone.
# Key people, breaches, who leads, what a customer bought elsewhere and our estimates are ours.
PARTNER_SAFE = ("our-sales-shift", "line-card-move")
COLUMNS = (
    Column("what", "What changed"),
    Column("about", "About"),
    Column("nature", "Nature"),
    Column("severity", "Severity"),
    Column("money", "At stake", "money"),
    Column("since", "First seen", "day"),
)


def _parts(ask: Ask) -> list[Part]:
    found = Alert.objects.open_on(ask.known_by).filter(partners=ask.partner)
    shown = list(found.ranked()[:SHOWN])
    judged = Run.objects.published().filter(as_of__lte=ask.known_by).exists()
    named = subjects((alert.scope, alert.subject) for alert in shown)
    return [
        Table(
            key="issues",
            caption="Open alerts, most money first",
            columns=COLUMNS,
            rows=tuple(_row(alert, named[alert.scope, alert.subject].name) for alert in shown),
            more=found.count() - len(shown) if len(shown) == SHOWN else 0,
            unit=ask.currency,
            origin=ask.origin("Canaries, as of the last night by then", link="/alerts/"),
            empty="No alert was open." if judged else "Unknown: no night was judged by then.",
        )
    ]


def _row(alert: Alert, about: str) -> Row:
    own = alert.scope in {Scope.PARTNER, Scope.PRODUCT_LINE}
    return Row(
        cells=(
            _headline(alert),
            about,
            alert.get_nature_display(),
            alert.get_severity_display(),
            alert.money,
            alert.first_seen,
        ),
        shared=own and alert.canary in PARTNER_SAFE,
        link=f"/alerts/{alert.public_id}/",
    )


def _headline(alert: Alert) -> str:
    canary = CANARIES[alert.canary]
    return canary.headline(alert.finding_class, alert.value, alert.evidence)


SECTION = SectionKind(
    key="issues",
    title="Issues",
    parts=_parts,
    # How much is at stake for us, and how grave we find it, is ours.
    shares=Shares(tables={"issues": ("what", "nature", "since")}),
)
