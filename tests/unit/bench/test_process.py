"""What is measured once, and what a soak says is left."""

import sys
from collections.abc import Mapping

import psutil
import pytest

from bench import plots
from bench.activity import Activity
from bench.load.closed_loop import cpu_of
from bench.process import BARS
from bench.process.scheduled import scheduled_seconds
from bench.process.soaked import COUNTS, GROWN, GROWN_CANCELLED, Look, left, numbers_of
from bench.running import Plan
from bench.sample import Measured, Sample, joined
from bench.stage import Stage
from bench.verdict import Verdict, judged

TICK = 0.01


async def _nothing(_stage: Stage, _seconds: float) -> Measured:
    return Measured(0, 0.0)


def looked(resident: float, more: int = 0) -> Look:
    return Look(resident, dict.fromkeys(COUNTS, 10 + more))


def verdicts(numbers: Mapping[str, float], errors: int = 0) -> Mapping[str, Verdict]:
    sample = Sample("soak", 1, Measured(1, 1.0, numbers=numbers, errors=errors))
    soaked = [bar for bar in BARS if bar.scenario == "soak"]
    return {row.bar.figure: row.verdict for row in judged(soaked, [sample])}


def test_what_is_measured_once_has_its_turn_in_the_first_round_alone() -> None:
    often = Activity("often", "any", "", _nothing)
    once = Activity("once", "any", "", _nothing, once=True)
    plan = Plan([often, once], seconds=1, rounds=3, command="")
    assert sorted((number, each.name) for number, each in plan.turns()) == [
        (1, "often"),
        (1, "once"),
        (2, "often"),
        (3, "often"),
    ]
    assert plan.windows == 4


def test_what_has_laps_is_measured_in_pieces_that_take_turns_and_is_one_sample_a_round() -> None:
    one, other = (Activity(name, "any", "", _nothing, laps=2) for name in ("one", "other"))
    whole = Activity("whole", "any", "", _nothing)
    plan = Plan([one, other, whole], seconds=1, rounds=1, command="")
    assert [each.name for _, each in plan.turns()] == ["one", "other", "whole", "one", "other"]
    assert plan.windows == 3


def test_pieces_are_summed_and_what_has_no_sum_is_taken_from_the_middle() -> None:
    pieces = [
        Measured(10, 1.0, 0.5, {"p50": 3.0}, errors=1, first_error="late", numbers={"own": 5}),
        Measured(30, 2.0, 0.1, {"p50": 1.0}),
        Measured(20, 1.0, 0.2, {"p50": 2.0}),
    ]
    told = joined(pieces)
    assert (told.operations, told.seconds) == (60, 4.0)
    assert told.cpu_seconds == pytest.approx(0.8)
    assert (told.errors, told.first_error) == (1, "late")
    assert (told.latencies, told.numbers) == ({"p50": 2.0}, {"own": 5})
    assert told.generator_cpu_seconds is None
    assert joined(pieces[:1]) is pieces[0]


def test_what_a_process_spends_is_what_ticks_say_more_finely() -> None:
    with psutil.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            while (ticks := cpu_of(busy)) < 0.2:
                assert busy.is_running()
            spent = scheduled_seconds(busy)
            assert ticks - TICK <= spent <= cpu_of(busy) + 2 * TICK
        finally:
            busy.kill()


def test_a_process_as_it_was_before_meets_every_bar_and_fewer_is_no_fault() -> None:
    told = verdicts(numbers_of(looked(100), looked(107), looked(120, more=-3)))
    assert set(told.values()) == {Verdict.MET}


def test_one_task_too_many_or_memory_that_grows_misses_its_bar() -> None:
    told = verdicts(numbers_of(looked(100), looked(109, more=1), looked(109)))
    missed = {figure for figure, verdict in told.items() if verdict is Verdict.MISSED}
    assert missed == {GROWN, *(left(name, "calls") for name in COUNTS)}
    told = verdicts(numbers_of(looked(100), looked(100), looked(120, more=1)))
    missed = {figure for figure, verdict in told.items() if verdict is Verdict.MISSED}
    assert missed == {GROWN_CANCELLED, *(left(name, "cancelled calls") for name in COUNTS)}


def test_a_bar_of_nothing_is_drawn_on_no_scale() -> None:
    numbers = numbers_of(looked(100), looked(100), looked(100))
    sample = Sample("soak", 1, Measured(1, 1.0, numbers=numbers))
    drawn = plots.ratios(judged(BARS, [sample]))
    assert drawn.startswith("<svg")


def test_calls_that_failed_miss_all_of_them() -> None:
    told = verdicts(numbers_of(looked(100), looked(100), looked(100)), errors=1)
    assert set(told.values()) == {Verdict.MISSED}
