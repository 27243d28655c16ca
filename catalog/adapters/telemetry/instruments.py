"""The table of figures: plain numbers, and the instruments through which they are looked at."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import product

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from catalog.adapters.telemetry.readers import FiguresProvider
from catalog.adapters.telemetry.series import Family, Number, Spread
from catalog.application.metrics.metric import Counter, Gauge, Histogram, Labels, Metric, Take

_SHOWN_AT_ONCE = 24
"""Counters of no more series than this show a 0 before the first time, so that a rate has
a start; of those with more only what happened takes a series."""

Look = Callable[[CallbackOptions], Iterable[Observation]]


class OtelMeasures:
    """Measures that go where the provider's readers take them. Safe to use on any thread."""

    def __init__(self, provider: FiguresProvider, metrics: Sequence[Metric]) -> None:
        meter = provider.get_meter("catalog")
        self._counters: dict[Counter, Family[Number]] = {}
        self._gauges: dict[Gauge, Family[Number]] = {}
        self._histograms: dict[Histogram, Family[Spread]] = {}
        for metric in metrics:
            match metric:
                case Counter():
                    self._counters[metric] = _counter(meter, metric)
                case Gauge():
                    self._gauges[metric] = _gauge(meter, metric)
                case Histogram():
                    family = self._histograms[metric] = _histogram(meter, metric)
                    provider.spreads[metric.name] = family

    def add(self, counter: Counter, by: float = 1, **labels: str) -> None:
        """Count."""
        self._counters[counter].of(labels).add(by)

    def record(self, histogram: Histogram, value: float, **labels: str) -> None:
        """Add a value; one below 0 comes from clocks that disagree and counts as 0."""
        self._histograms[histogram].of(labels).record(value)

    def set(self, gauge: Gauge, value: float, **labels: str) -> None:
        """Show this level from now on."""
        self._gauges[gauge].of(labels).set(value)

    def adding(self, counter: Counter, **labels: str) -> Take:
        """Return what counts."""
        return self._counters[counter].of(labels).add

    def recording(self, histogram: Histogram, **labels: str) -> Take:
        """Return what adds a value."""
        return self._histograms[histogram].of(labels).record


def _counter(meter: Meter, metric: Counter) -> Family[Number]:
    family = Family(metric, Number)
    for labels in _few(metric):
        family.of(labels)
    meter.create_observable_counter(metric.name, [_look(family)], metric.unit, metric.description)
    return family


def _gauge(meter: Meter, metric: Gauge) -> Family[Number]:
    family = Family(metric, Number)
    meter.create_observable_gauge(metric.name, [_look(family)], metric.unit, metric.description)
    return family


def _histogram(meter: Meter, metric: Histogram) -> Family[Spread]:
    """Register a stand-in, whose place the provider's readers give to the distribution."""
    family = Family(metric, partial(Spread, bounds=metric.bounds))
    meter.create_observable_gauge(metric.name, [_place(family)], metric.unit, metric.description)
    return family


def _look(family: Family[Number]) -> Look:
    return lambda _: [Observation(each.value, each.labels) for each in family.all()]


def _place(family: Family[Spread]) -> Look:
    return lambda _: [Observation(0, each.labels) for each in family.all()]


def _few(metric: Metric) -> Sequence[Labels]:
    names = metric.labels.keys()
    combinations = [
        dict(zip(names, values, strict=True)) for values in product(*metric.labels.values())
    ]
    return combinations if len(combinations) <= _SHOWN_AT_ONCE else []
