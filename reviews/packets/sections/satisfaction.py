"""What the partner's customers say, told apart by what it is about."""

from decimal import Decimal

from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Column, Part, Row, Shares, Table
from satisfaction.figures import LEAST_TO_JUDGE, CauseLine, lines_of
from satisfaction.models import SurveyAnswer
from satisfaction.models.pulse import LEAST_TO_TELL
from satisfaction.rules.declines import Scores
from satisfaction.rules.words import Cause, Respondent

COLUMNS = (
    Column("cause", "About"),
    Column("scale", "Scale"),
    Column("answers", "Answers", "number"),
    Column("mean", "Mean", "number"),
    Column("before_answers", "Answers before", "number"),
    Column("before", "Mean before", "number"),
    Column("judged", "Enough to judge"),
)


def _parts(ask: Ask) -> list[Part]:
    answers = SurveyAnswer.objects.filter(partner=ask.partner, respondent=Respondent.CUSTOMER)
    lines = lines_of(answers.known(ask.known_by), ask.review.end)
    return [
        Table(
            key="causes",
            caption="What customers say, by cause: the last two quarters, and the 8 before",
            columns=COLUMNS,
            rows=tuple(_row(line) for line in lines),
            origin=ask.origin("Survey answers", link=ask.page("partners:satisfaction")),
            empty="Unknown: no customer of this partner has answered. Channel operations owe it.",
        )
    ]


def _row(line: CauseLine) -> Row:
    before = sum((point.scores for point in line.points[:-2]), Scores())
    return Row(
        cells=(
            line.cause.label,
            line.scale_label,
            line.recent.n,
            _mean(line.recent),
            before.n,
            _mean(before),
            "yes" if line.judged else f"too few, under {LEAST_TO_JUDGE}",
        ),
        # What is said of our product and our support is ours to answer.
        shared=line.cause == Cause.PARTNER,
    )


def _mean(scores: Scores) -> Decimal | None:
    """None where there are so few that it would tell who answered."""
    enough = scores.n >= LEAST_TO_TELL
    return round(Decimal(scores.total) / scores.n, 2) if enough else None


SECTION = SectionKind(
    key="satisfaction",
    title="Satisfaction by cause",
    parts=_parts,
    shares=Shares(tables={"causes": tuple(column.key for column in COLUMNS)}),
)
