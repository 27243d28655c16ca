"""Figures that stay where they were given, for tests to read."""

from collections import Counter as Tally
from dataclasses import dataclass, field

from catalog.application.metrics.metric import OTHER, Counter, Gauge, Histogram, Metric, Take

Series = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class MemoryMeasures:
    """Keeps every figure by metric and labels."""

    counts: Tally[Series] = field(default_factory=Tally)
    levels: dict[Series, float] = field(default_factory=dict)
    values: dict[Series, list[float]] = field(default_factory=dict)

    def add(self, counter: Counter, by: float = 1, **labels: str) -> None:
        """Count."""
        self.counts[_series(counter, labels)] += by  # type: ignore[assignment]  # seconds count too

    def record(self, histogram: Histogram, value: float, **labels: str) -> None:
        """Keep the value."""
        self.values.setdefault(_series(histogram, labels), []).append(max(0.0, value))

    def set(self, gauge: Gauge, value: float, **labels: str) -> None:
        """Keep the last level."""
        self.levels[_series(gauge, labels)] = value

    def adding(self, counter: Counter, **labels: str) -> Take:
        """Return what counts."""
        return lambda by: self.add(counter, by, **labels)

    def recording(self, histogram: Histogram, **labels: str) -> Take:
        """Return what keeps a value."""
        return lambda value: self.record(histogram, value, **labels)

    def count(self, counter: Counter, **labels: str) -> float:
        """How often this was counted so far."""
        return self.counts[_series(counter, labels)]

    def level(self, gauge: Gauge, **labels: str) -> float | None:
        """The last level; None before the first."""
        return self.levels.get(_series(gauge, labels))

    def recorded(self, histogram: Histogram, **labels: str) -> list[float]:
        """All values so far."""
        return self.values.get(_series(histogram, labels), [])


def _series(metric: Metric, labels: dict[str, str]) -> Series:
    known = {
        name: value if value in metric.labels[name] else OTHER for name, value in labels.items()
    }
    return metric.name, frozenset(known.items())
