"""A row is red when it misses its bar, whatever else is said of it."""

import pytest

from bench.bars import Bar
from bench.registry import bars
from bench.sample import CPU, P99, RATE, Measured, Sample
from bench.verdict import Row, Verdict, all_met, judged
from tests.unit.bench.samples import sample

INIT = Bar("init", "init_new", CPU, 1.25, ("empty_call", "signature"))
GET = Bar("get", "get_upload", RATE, 0.45, ("empty_call",), at_most=False)
PACE = Bar("pace", "relay_pace", P99, 0.25, unit="s")


def row(bar: Bar, *samples: Sample) -> Row:
    (judgement,) = judged([bar], samples)
    return judgement


def parts(number: int = 1) -> list[Sample]:
    return [sample("empty_call", number, micros=150), sample("signature", number, micros=450)]


def test_a_scenario_within_its_parts_meets_the_bar() -> None:
    found = row(INIT, sample("init_new", micros=720), *parts())
    assert found.verdict is Verdict.MET
    assert found.ratio is not None
    assert found.ratio.median == pytest.approx(1.2)
    assert found.reference is not None
    assert found.reference.median == pytest.approx(600e-6)


def test_a_second_signature_makes_it_red() -> None:
    assert row(INIT, sample("init_new", micros=1150), *parts()).verdict is Verdict.MISSED


def test_a_rate_below_its_share_is_red() -> None:
    empty = sample("empty_call", rate=6000)
    assert row(GET, sample("get_upload", rate=2700), empty).verdict is Verdict.MET
    assert row(GET, sample("get_upload", rate=2600), empty).verdict is Verdict.MISSED


def test_a_bar_without_parts_is_the_figure_itself() -> None:
    assert row(PACE, sample("relay_pace", p99=0.25)).verdict is Verdict.MET
    assert row(PACE, sample("relay_pace", p99=0.26)).verdict is Verdict.MISSED


def test_each_round_is_held_against_parts_of_the_same_round() -> None:
    slow = [sample(each.activity, 2, micros=3e8 * (each.figures()[CPU])) for each in parts()]
    found = row(
        INIT,
        sample("init_new", 1, micros=660),
        *parts(1),
        sample("init_new", 2, micros=198000),
        *slow,
    )
    assert found.ratio is not None
    assert (found.ratio.least, found.ratio.most) == pytest.approx((1.1, 1.1))


def test_the_median_of_the_rounds_decides() -> None:
    costs = [700, 700, 2000]
    samples = [
        each
        for number, cost in enumerate(costs, 1)
        for each in (sample("init_new", number, micros=cost), *parts(number))
    ]
    assert row(INIT, *samples).verdict is Verdict.MET


def test_a_verdict_that_another_round_would_turn_says_so() -> None:
    doubtful = [
        each
        for number, cost in enumerate([700, 720, 2000], 1)
        for each in (sample("init_new", number, micros=cost), *parts(number))
    ]
    assert row(INIT, *doubtful).said == "met, rounds on both sides of the bar"
    assert row(INIT, sample("init_new", micros=700), *parts()).said == "met"


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    found = row(INIT, sample("init_new", micros=100))
    assert found.verdict is Verdict.NOT_MEASURED
    assert all_met([found])


def test_answers_that_failed_are_no_fast_answers() -> None:
    failed = Sample("init_new", 1, Measured(1000, 1.0, 0.1, errors=3))
    found = row(INIT, failed, *parts())
    assert found.verdict is Verdict.MISSED
    assert found.said == "missed, 3 errors"


def test_an_activity_that_failed_wholly_is_missed() -> None:
    failed = Sample("relay_pace", 1, Measured(0, 0.0, errors=1))
    assert row(PACE, failed).verdict is Verdict.MISSED


def test_one_missed_row_is_enough() -> None:
    missed = row(INIT, sample("init_new", micros=1150), *parts())
    assert not all_met([row(PACE, sample("relay_pace", p99=0.1)), missed])


def test_every_bar_has_a_name_of_its_own_and_says_what_it_asks() -> None:
    names = [bar.name for bar in bars()]
    assert len(set(names)) == len(names)
    assert all(bar.says for bar in bars())
