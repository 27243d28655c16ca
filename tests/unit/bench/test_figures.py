"""From single latencies to a median and its spread."""

import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.sample import CPU, RATE, Measured, Sample, latencies_of, percentile
from bench.spread import Spread


def test_a_percentile_is_a_value_that_so_many_are_not_above() -> None:
    hundred = [float(each) for each in range(1, 101)]
    assert [percentile(hundred, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]


def test_of_one_value_every_percentile_is_that_value() -> None:
    assert latencies_of([0.25]) == {"p50": 0.25, "p95": 0.25, "p99": 0.25}


def test_of_nothing_there_is_no_percentile() -> None:
    assert latencies_of([]) == {}
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_rise_whatever_the_order(values: list[float]) -> None:
    found = latencies_of(values)
    assert found == latencies_of(values[::-1])
    assert min(values) <= found["p50"] <= found["p95"] <= found["p99"] <= max(values)


def test_rate_and_cpu_are_those_of_one_operation() -> None:
    figures = Sample("init_new", 1, Measured(500, 2.0, cpu_seconds=1.0)).figures()
    assert figures[RATE] == 250
    assert figures[CPU] == pytest.approx(0.002)
    assert figures["busy"] == 0.5


def test_what_could_not_be_measured_has_no_figures() -> None:
    assert Sample("curl_upload", 1, Measured(0, 0.0)).figures() == {}
    assert CPU not in Sample("relay_pace", 1, Measured(5, 1.0)).figures()


def test_one_bad_round_does_not_move_the_middle() -> None:
    spread = Spread.of([1.0, 1.1, 9.0, 1.0, 1.1])
    assert (spread.median, spread.least, spread.most) == (1.1, 1.0, 9.0)
    assert spread.share == pytest.approx(8 / 1.1)


def test_rounds_that_do_not_overlap_are_apart() -> None:
    slow, fast = Spread.of([2.0, 2.1]), Spread.of([1.0, 1.2])
    assert slow.apart_from(fast)
    assert fast.apart_from(slow)
    assert not slow.apart_from(Spread.of([1.9, 2.05]))


def test_there_is_no_middle_of_nothing() -> None:
    with pytest.raises(statistics.StatisticsError):
        Spread.of([])
