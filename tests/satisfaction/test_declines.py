"""The method behind satisfaction-decline, and that chance seldom fools it."""

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satisfaction.rules.declines import Block, Scores, fall_between, fall_of, quantile

BENCH = Path(__file__).resolve().parents[2] / "bench" / "satisfaction.py"


def scores(*values: int) -> Scores:
    return Scores(len(values), sum(values), sum(value * value for value in values))


def flat(count: int, mean: int = 3) -> Scores:
    """Half a point above, half below, in whole points around a mean."""
    return scores(*([mean - 1, mean + 1] * (count // 2)))


# From a table of the t distribution.
@pytest.mark.parametrize(
    ("level", "freedom", "value"),
    [(0.95, 10, 1.812), (0.975, 30, 2.042), (0.995, 60, 2.660), (0.999, 40, 3.307)],
)
def test_quantiles_are_those_of_the_tables(level: float, freedom: int, value: float) -> None:
    assert quantile(level, freedom) == pytest.approx(value, abs=0.003)


def test_one_block_is_student_s_test_by_hand() -> None:
    before, recent = scores(3, 4, 5, 4, 4), scores(2, 3, 3, 4)
    fall = fall_between([(before, recent)], level=0.95, quarters=2)
    assert fall is not None
    # Means 4 and 3; squared distances 2 and 2; 7 degrees of freedom; t(0.95, 7) = 1.895.
    assert fall.drop == pytest.approx(1)
    assert fall.margin == pytest.approx(1.895 * (4 / 7 * (1 / 5 + 1 / 4)) ** 0.5, abs=0.002)


def test_partners_who_begin_to_answer_do_not_lower_a_pool() -> None:
    usual = Block(flat(80, 4), flat(20, 4), flat(20, 4))
    newcomer = Block(Scores(), flat(40, 2), flat(40, 2))
    fall = fall_of([usual, newcomer], least=30, doubt=0.001)
    assert fall is not None
    assert fall.drop == 0


@given(st.integers(0, 29), st.integers(0, 29))
def test_below_the_minimum_it_is_silent(before: int, recent: int) -> None:
    few = Block(scores(*[5] * before), Scores(), scores(*[1] * recent))
    assert fall_of([few], least=30, doubt=0.5) is None
    enough_before = few._replace(before=scores(*[5, 4] * 100))
    assert fall_of([enough_before], least=30, doubt=0.5) is None


def test_everybody_says_the_same_is_no_fall_and_everybody_less_is_one() -> None:
    same = Block(scores(*[5] * 40), scores(*[5] * 20), scores(*[5] * 20))
    fall = fall_of([same], least=30, doubt=0.001)
    assert fall is not None
    assert not fall.certain
    less = fall_of([same._replace(current=scores(*[4] * 20))], least=30, doubt=0.001)
    assert less is not None
    assert less.certain


def test_a_drop_in_the_current_quarter_alone_is_seen_before_the_two_together_show_it() -> None:
    block = Block(flat(320), flat(40), scores(*[2, 2, 3] * 13))
    fall = fall_of([block], least=30, doubt=0.001)
    assert fall is not None
    assert (fall.quarters, fall.certain) == (1, True)


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_satisfaction", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_steady_answers_raise_at_most_one_false_alarm_in_20_partner_years(
    bench: ModuleType,
) -> None:
    judge = bench.default_judge()
    opened = bench.false_alarms(judge, rate=20, years=300, dice=random.Random(20))
    assert opened <= 300 / 20


def test_a_drop_is_found_more_often_than_by_the_plain_difference(bench: ModuleType) -> None:
    ours, plain = bench.powers(bench.default_judge(), rate=200, trials=300, dice=random.Random(3))
    assert ours.found[1] > 0.9
    assert ours.found[1] > 2 * plain.found[1]
