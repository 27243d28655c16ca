"""What one window of measuring one activity yields."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

RATE = "rate"
CPU = "cpu_per_operation"
P50, P95, P99 = "p50", "p95", "p99"
BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Measured:
    """One activity, for a while. Times in seconds."""

    operations: int
    seconds: float
    cpu_seconds: float | None = None
    """User and system time of the process under test alone, all its threads; None = not asked."""
    latencies: Mapping[str, float] = field(default_factory=dict)
    """p50, p95, p99 as the one who asks sees them."""
    errors: int = 0
    first_error: str = ""
    generator_cpu_seconds: float | None = None
    """Of the process that asked, where it is another one."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """What else this activity tells, named with its unit."""


def joined(pieces: Sequence[Measured]) -> Measured:
    """Take measurements of one activity for one: sums, and medians of what has no sum."""
    if len(pieces) == 1:
        return pieces[0]
    return Measured(
        operations=sum(each.operations for each in pieces),
        seconds=sum(each.seconds for each in pieces),
        cpu_seconds=_sum(each.cpu_seconds for each in pieces),
        latencies=_medians([each.latencies for each in pieces]),
        errors=sum(each.errors for each in pieces),
        first_error=next((each.first_error for each in pieces if each.first_error), ""),
        generator_cpu_seconds=_sum(each.generator_cpu_seconds for each in pieces),
        numbers=_medians([each.numbers for each in pieces]),
    )


def _sum(values: Iterable[float | None]) -> float | None:
    known = list(values)
    return None if None in known else sum(value for value in known if value is not None)


def _medians(pieces: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    names = {name for each in pieces for name in each}
    return {
        name: statistics.median(each[name] for each in pieces if name in each) for name in names
    }


@dataclass(frozen=True, slots=True)
class Sample:
    """A measurement with its place in the run."""

    activity: str
    round: int
    measured: Measured

    def figures(self) -> dict[str, float]:
        """Everything that can be compared, by name."""
        measured = self.measured
        found = {RATE: measured.operations / measured.seconds} if measured.seconds else {}
        if measured.cpu_seconds is not None and measured.operations:
            found[CPU] = measured.cpu_seconds / measured.operations
            found[BUSY] = measured.cpu_seconds / measured.seconds
        if measured.generator_cpu_seconds is not None and measured.seconds:
            found["generator_busy"] = measured.generator_cpu_seconds / measured.seconds
        return {**found, **measured.latencies, **measured.numbers}


def percentile(ordered: Sequence[float], share: float) -> float:
    """Give the smallest value that `share` of all are not above. Raises ValueError for none."""
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latencies_of(values: Sequence[float]) -> dict[str, float]:
    """Summarise; empty for nothing."""
    ordered = sorted(values)
    if not ordered:
        return {}
    return {
        P50: percentile(ordered, 0.5),
        P95: percentile(ordered, 0.95),
        P99: percentile(ordered, 0.99),
    }
