"""The table of figures as OpenTelemetry instruments."""

from collections.abc import Mapping, Sequence
from itertools import product

from opentelemetry.metrics import Counter as CounterInstrument
from opentelemetry.metrics import Histogram as HistogramInstrument
from opentelemetry.metrics import Meter, MeterProvider
from opentelemetry.metrics import _Gauge as GaugeInstrument

from catalog.application.metrics.metric import OTHER, Counter, Gauge, Histogram, Metric

_SHOWN_AT_ONCE = 24
"""Counters of no more series than this show a 0 before the first time, so that a rate has
a start; of those with more only what happened takes a series."""

Labels = Mapping[str, str]


class OtelMeasures:
    """Measures that go where the provider's readers take them. Safe to use on any thread."""

    def __init__(self, provider: MeterProvider, metrics: Sequence[Metric]) -> None:
        meter = provider.get_meter("catalog")
        self._counters: dict[Counter, CounterInstrument] = {}
        self._gauges: dict[Gauge, GaugeInstrument] = {}
        self._histograms: dict[Histogram, HistogramInstrument] = {}
        for metric in metrics:
            self._make(meter, metric)

    def _make(self, meter: Meter, metric: Metric) -> None:
        name, unit, description = metric.name, metric.unit, metric.description
        match metric:
            case Counter():
                counter = self._counters[metric] = meter.create_counter(name, unit, description)
                for labels in _few(metric):
                    counter.add(0, labels)
            case Gauge():
                self._gauges[metric] = meter.create_gauge(name, unit, description)
            case Histogram():
                self._histograms[metric] = meter.create_histogram(
                    name, unit, description, explicit_bucket_boundaries_advisory=metric.bounds
                )

    def add(self, counter: Counter, by: float = 1, **labels: str) -> None:
        """Count."""
        self._counters[counter].add(by, _bounded(counter, labels))

    def record(self, histogram: Histogram, value: float, **labels: str) -> None:
        """Add a value; one below 0 comes from clocks that disagree and counts as 0."""
        self._histograms[histogram].record(max(0.0, value), _bounded(histogram, labels))

    def set(self, gauge: Gauge, value: float, **labels: str) -> None:
        """Show this level from now on."""
        self._gauges[gauge].set(value, _bounded(gauge, labels))


def _bounded(metric: Metric, labels: Labels) -> Labels:
    for name, value in labels.items():
        if value not in metric.labels[name]:
            return {
                name: value if value in metric.labels[name] else OTHER
                for name, value in labels.items()
            }
    return labels


def _few(metric: Metric) -> Sequence[Labels]:
    names = metric.labels.keys()
    combinations = [
        dict(zip(names, values, strict=True)) for values in product(*metric.labels.values())
    ]
    return combinations if len(combinations) <= _SHOWN_AT_ONCE else []
