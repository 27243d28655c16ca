"""Series of figures as plain numbers: OpenTelemetry looks at them when somebody asks.

Its own instruments cost ten times as much for each value: they make an object of it, and
look up aggregation and attributes anew.
"""

import math
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from opentelemetry.sdk.metrics.export import HistogramDataPoint

from catalog.application.metrics.metric import OTHER, Labels, Metric

Series = TypeVar("Series", bound="Number | Spread")


@dataclass(slots=True)
class Number:
    """A count or a level."""

    labels: Labels
    value: float = 0
    lock: Lock = field(default_factory=Lock)

    def add(self, by: float) -> None:
        """Count; what is no number of things is left out."""
        if 0 <= by < math.inf:
            with self.lock:
                self.value += by

    def set(self, value: float) -> None:
        """Be this from now on."""
        self.value = value


@dataclass(slots=True)
class Spread:
    """How values are spread over buckets."""

    labels: Labels
    bounds: Sequence[float]
    buckets: list[int] = field(init=False)
    total: float = 0
    least: float = math.inf
    most: float = -math.inf
    since_ns: int = field(default_factory=time.time_ns)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.buckets = [0] * (len(self.bounds) + 1)

    def record(self, value: float) -> None:
        """Add a value; one below 0 comes from clocks that disagree and counts as 0."""
        value = max(0.0, value)
        if value == math.inf:
            return
        with self.lock:
            self.buckets[bisect_left(self.bounds, value)] += 1
            self.total += value
            self.least = min(self.least, value)
            self.most = max(self.most, value)

    def point(self, now_ns: int) -> HistogramDataPoint:
        """Show how they are spread by now."""
        with self.lock:
            buckets = self.buckets.copy()
            total, least, most = self.total, self.least, self.most
        return HistogramDataPoint(
            attributes=self.labels,
            start_time_unix_nano=self.since_ns,
            time_unix_nano=now_ns,
            count=sum(buckets),
            sum=total,
            bucket_counts=buckets,
            explicit_bounds=self.bounds,
            min=least,
            max=most,
        )


class Family(Generic[Series]):
    """All series of one metric, made when they are first needed."""

    def __init__(self, metric: Metric, make: Callable[[Labels], Series]) -> None:
        self.metric = metric
        self._make = make
        self._lock = Lock()
        self._by_spelling: dict[tuple[tuple[str, str], ...], Series] = {}
        """As callers spell their labels: in any order, and only values that were foreseen."""
        self._series: dict[frozenset[tuple[str, str]], Series] = {}

    def of(self, labels: Labels) -> Series:
        """Return the series of these labels; a value that nobody foresaw counts as `other`."""
        spelled = tuple(labels.items())
        known = self._by_spelling.get(spelled)
        return self._found(spelled) if known is None else known

    def all(self) -> list[Series]:
        """Return those that there are by now."""
        with self._lock:
            return list(self._series.values())

    def _found(self, spelled: tuple[tuple[str, str], ...]) -> Series:
        foreseen = self.metric.labels
        bounded = {name: value if value in foreseen[name] else OTHER for name, value in spelled}
        with self._lock:
            key = frozenset(bounded.items())
            if key not in self._series:
                self._series[key] = self._make(bounded)
            found = self._series[key]
            if tuple(bounded.items()) == spelled:
                self._by_spelling[spelled] = found
        return found
