"""Counted rows leave room for what a process asks by itself, and for nothing that a call asks."""

import pytest

from bench.bars import Bar
from bench.registry import bars, chosen
from bench.sample import Measured, Sample
from bench.scenarios.counted import ACTIVITIES, BARS, CALLS, ROUND_TRIPS, SIGNATURES
from bench.verdict import Verdict, judged

TRIPS = {
    "init_new": 1,
    "init_repeated": 5,
    "init_completed": 5,
    "get_upload": 1,
    "callback_new": 4,
}


def verdict(bar: Bar, value: float) -> Verdict:
    counted = Measured(CALLS, 1.0, numbers={bar.figure: value})
    [row] = judged([bar], [Sample(bar.scenario, 1, counted)])
    return row.verdict


@pytest.mark.parametrize("name", TRIPS)
def test_one_round_trip_more_is_red_and_a_look_at_the_database_twice_a_second_is_not(
    name: str,
) -> None:
    [bar] = [each for each in BARS if each.name == f"{name}: round trips"]
    assert bar.figure == ROUND_TRIPS
    looks_of_ten_seconds = 20
    assert verdict(bar, TRIPS[name] + looks_of_ten_seconds / CALLS) is Verdict.MET
    assert verdict(bar, TRIPS[name] + 1) is Verdict.MISSED


def test_one_signature_too_many_is_red() -> None:
    [bar] = [each for each in BARS if each.figure == SIGNATURES]
    assert verdict(bar, 1.0) is Verdict.MET
    assert verdict(bar, (CALLS + 1) / CALLS) is Verdict.MISSED


def test_counted_rows_are_part_of_every_run_measured_once_and_held_against_nothing() -> None:
    assert set(ACTIVITIES) <= set(chosen(()))
    assert all(activity.once for activity in ACTIVITIES)
    assert set(BARS) <= set(bars())
    assert not any(bar.limit for bar in BARS)
    assert {bar.scenario for bar in BARS} == {activity.name for activity in ACTIVITIES}
