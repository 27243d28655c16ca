"""What a figure is, and the port through which it is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

OTHER = "other"
"""What a label says of a value that nobody foresaw, so that series stay bounded."""


Labels = Mapping[str, str]
Take = Callable[[float], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Metric:
    name: str
    """OpenTelemetry's spelling, with dots."""
    unit: str
    """UCUM: s, By, 1, {upload}."""
    description: str
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """All values of each label. Never an id: the number of series is the product."""


@dataclass(frozen=True, slots=True, eq=False)
class Counter(_Metric):
    """Only grows; a restart begins at 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Gauge(_Metric):
    """A level: the last value given is the one that is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram(_Metric):
    """How values are spread."""

    bounds: tuple[float, ...] = ()
    """Upper bounds of the buckets, in the unit."""


Metric = Counter | Gauge | Histogram


class Measures(Protocol):
    """Takes figures. Never raises and never waits: a figure is not worth a call."""

    def add(self, counter: Counter, by: float = 1, **labels: str) -> None:
        """Count; a label value that the metric does not list counts as `other`."""
        ...

    def record(self, histogram: Histogram, value: float, **labels: str) -> None:
        """Add a value to the distribution."""
        ...

    def set(self, gauge: Gauge, value: float, **labels: str) -> None:
        """Show this level from now on."""
        ...

    def adding(self, counter: Counter, **labels: str) -> Take:
        """Return what counts as `add` would, with its labels looked up: for every call."""
        ...

    def recording(self, histogram: Histogram, **labels: str) -> Take:
        """Return what adds a value as `record` would, with its labels looked up."""
        ...


@dataclass(frozen=True, slots=True)
class NoMeasures:
    """For whoever has nobody to tell."""

    def add(self, counter: Counter, by: float = 1, **labels: str) -> None:
        """Forget it."""

    def record(self, histogram: Histogram, value: float, **labels: str) -> None:
        """Forget it."""

    def set(self, gauge: Gauge, value: float, **labels: str) -> None:
        """Forget it."""

    def adding(self, counter: Counter, **labels: str) -> Take:  # noqa: ARG002 - the port's signature
        """Forget them."""
        return _forget

    def recording(self, histogram: Histogram, **labels: str) -> Take:  # noqa: ARG002
        """Forget them."""
        return _forget


def _forget(_value: float) -> None:
    pass
