"""What every taker of figures promises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry

from catalog.adapters.memory.measures import MemoryMeasures
from catalog.adapters.telemetry.instruments import OtelMeasures
from catalog.adapters.telemetry.providers import OtlpSettings, meter_provider
from catalog.application.metrics.metric import Counter, Gauge, Histogram, Measures

CALLS = Counter("some.calls", "{call}", "Calls.", {"kind": ("good", "bad", "other")})
LEVEL = Gauge("some.level", "s", "A level.", {"kind": ("good", "bad", "other")})
PAIRS = Counter("some.pairs", "{pair}", "Pairs.", {"one": ("a", "b"), "two": ("c", "d")})
SPREAD = Histogram("some.spread", "s", "A spread.", bounds=(1, 10))


@dataclass(frozen=True, slots=True)
class Subject:
    measures: Measures
    read: Callable[[str, Mapping[str, str]], float | None]


def _in_memory() -> Subject:
    measures = MemoryMeasures()

    def read(name: str, labels: Mapping[str, str]) -> float | None:
        match name:
            case "some_calls_total":
                return measures.count(CALLS, **labels)
            case "some_pairs_total":
                return measures.count(PAIRS, **labels)
            case "some_level_seconds":
                return measures.level(LEVEL, **labels)
            case "some_spread_seconds_sum":
                return sum(measures.recorded(SPREAD))
            case _:
                return len(measures.recorded(SPREAD))

    return Subject(measures, read)


def _by_opentelemetry() -> Subject:
    registry = CollectorRegistry()
    provider = meter_provider(Resource.create({}), registry, OtlpSettings(""))
    measures = OtelMeasures(provider, (CALLS, LEVEL, PAIRS, SPREAD))
    return Subject(measures, lambda name, labels: registry.get_sample_value(name, dict(labels)))


@pytest.fixture(params=[_in_memory, _by_opentelemetry], ids=["memory", "opentelemetry"])
def subject(request: pytest.FixtureRequest) -> Subject:
    made: Subject = request.param()
    return made


def test_counts_add_up_for_each_label_and_show_a_zero_before_the_first(subject: Subject) -> None:
    assert subject.read("some_calls_total", {"kind": "bad"}) == 0
    subject.measures.add(CALLS, kind="good")
    subject.measures.add(CALLS, 2, kind="good")
    assert subject.read("some_calls_total", {"kind": "good"}) == 3
    assert subject.read("some_calls_total", {"kind": "bad"}) == 0


def test_what_was_looked_up_counts_as_all_the_rest_does(subject: Subject) -> None:
    count, take = subject.measures.adding(CALLS, kind="good"), subject.measures.recording(SPREAD)
    subject.measures.add(CALLS, kind="good")
    subject.measures.record(SPREAD, 5)
    count(2)
    take(0.5)
    assert subject.read("some_calls_total", {"kind": "good"}) == 3
    assert subject.read("some_spread_seconds_sum", {}) == 5.5
    assert subject.read("some_spread_seconds_count", {}) == 2


def test_a_level_is_the_last_one(subject: Subject) -> None:
    subject.measures.set(LEVEL, 7, kind="good")
    subject.measures.set(LEVEL, 2.5, kind="good")
    assert subject.read("some_level_seconds", {"kind": "good"}) == 2.5


def test_values_are_summed_and_one_below_nothing_is_nothing(subject: Subject) -> None:
    for value in (0.5, 5, -3):
        subject.measures.record(SPREAD, value)
    assert subject.read("some_spread_seconds_sum", {}) == 5.5
    assert subject.read("some_spread_seconds_count", {}) == 3


def test_labels_are_the_same_in_any_order(subject: Subject) -> None:
    for _ in range(2):
        subject.measures.add(PAIRS, one="a", two="c")
        subject.measures.add(PAIRS, two="c", one="a")
    assert subject.read("some_pairs_total", {"one": "a", "two": "c"}) == 4


def test_a_label_that_nobody_foresaw_makes_no_series_of_its_own(subject: Subject) -> None:
    subject.measures.add(CALLS, kind="8e4f-an-id")
    subject.measures.set(LEVEL, 1, kind="8e4f-an-id")
    assert subject.read("some_calls_total", {"kind": "other"}) == 1
    assert subject.read("some_level_seconds", {"kind": "other"}) == 1
