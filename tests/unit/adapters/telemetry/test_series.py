"""Figures as plain numbers: what is shown of them, and that none gets lost."""

import math
import sys
from collections.abc import Iterator
from threading import Thread

import pytest
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry

from catalog.adapters.telemetry.instruments import OtelMeasures
from catalog.adapters.telemetry.providers import OtlpSettings, meter_provider
from catalog.application.metrics.metric import Counter, Gauge, Histogram

CALLS = Counter("some.calls", "{call}", "Calls.", {"kind": ("good", "bad")})
MANY = Counter("many.calls", "{call}", "Calls.", {"kind": tuple(map(str, range(99)))})
LEVEL = Gauge("some.level", "s", "A level.")
SPREAD = Histogram("some.spread", "s", "A spread.", {"kind": ("good", "bad")}, (1, 10))
EACH = 20_000


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def measures(registry: CollectorRegistry) -> OtelMeasures:
    provider = meter_provider(Resource.create({}), registry, OtlpSettings(""))
    return OtelMeasures(provider, (CALLS, MANY, LEVEL, SPREAD))


@pytest.fixture
def impatient_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _buckets(registry: CollectorRegistry, kind: str) -> list[float | None]:
    return [
        registry.get_sample_value("some_spread_seconds_bucket", {"kind": kind, "le": bound})
        for bound in ("1", "10", "+Inf")
    ]


def test_a_histogram_shows_in_which_buckets_its_values_are(
    measures: OtelMeasures, registry: CollectorRegistry
) -> None:
    for value in (0.5, 1, 2, 11, 12):
        measures.record(SPREAD, value, kind="good")
    assert _buckets(registry, "good") == [2, 3, 5]
    assert _buckets(registry, "bad") == [None, None, None]
    measures.record(SPREAD, 0.1, kind="bad")
    assert _buckets(registry, "bad") == [1, 1, 1]
    [family] = [each for each in registry.collect() if each.name.startswith("some_spread")]
    assert (family.type, family.documentation) == ("histogram", SPREAD.description)


def test_what_never_happened_takes_no_series_where_there_could_be_many(
    measures: OtelMeasures, registry: CollectorRegistry
) -> None:
    measures.add(MANY, kind="7")
    assert registry.get_sample_value("many_calls_total", {"kind": "7"}) == 1
    assert registry.get_sample_value("many_calls_total", {"kind": "8"}) is None
    assert registry.get_sample_value("some_calls_total", {"kind": "bad"}) == 0
    assert registry.get_sample_value("some_level_seconds", {}) is None


@pytest.mark.parametrize("value", [-1, math.inf, -math.inf, math.nan])
def test_a_count_only_grows_by_numbers(
    measures: OtelMeasures, registry: CollectorRegistry, value: float
) -> None:
    measures.add(CALLS, 2, kind="good")
    measures.add(CALLS, value, kind="good")
    measures.record(SPREAD, math.inf, kind="good")
    assert registry.get_sample_value("some_calls_total", {"kind": "good"}) == 2
    assert registry.get_sample_value("some_spread_seconds_sum", {"kind": "good"}) in {None, 0}


def test_threads_side_by_side_lose_nothing(
    measures: OtelMeasures, registry: CollectorRegistry, impatient_threads: None
) -> None:
    def work() -> None:
        for _ in range(EACH):
            measures.add(CALLS, kind="good")
            measures.record(SPREAD, 1, kind="good")

    threads = [Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert registry.get_sample_value("some_calls_total", {"kind": "good"}) == 4 * EACH
    assert registry.get_sample_value("some_spread_seconds_sum", {"kind": "good"}) == 4 * EACH
    assert _buckets(registry, "good") == [4 * EACH] * 3
