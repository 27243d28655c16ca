"""This run beside an earlier one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.result import Result
from bench.sample import CPU, P50, P99, RATE
from bench.spread import Spread
from bench.verdict import spreads

COMPARED = (CPU, RATE, P50, P99)
_WORSE_ABOVE = {CPU: True, RATE: False, P50: True, P99: True}


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one activity, then and now."""

    activity: str
    figure: str
    before: Spread
    now: Spread

    @property
    def factor(self) -> float:
        """How many times what it was."""
        return self.now.median / self.before.median if self.before.median else float("nan")

    @property
    def certain(self) -> bool:
        """True when the rounds of both runs do not overlap; one round proves nothing."""
        return min(self.before.rounds, self.now.rounds) > 1 and self.now.apart_from(self.before)

    @property
    def worse(self) -> bool:
        """True for more CPU, more time or fewer operations."""
        return (self.factor > 1) is _WORSE_ABOVE[self.figure]


def changes(before: Result, now: Result) -> Sequence[Change]:
    """Compare what both have."""
    return list(_changes(before, now))


def _changes(before: Result, now: Result) -> Iterator[Change]:
    then, today = spreads(before.samples), spreads(now.samples)
    for activity, figures in today.items():
        for figure in COMPARED:
            old = then.get(activity, {}).get(figure)
            if old is not None and figure in figures:
                yield Change(activity, figure, old, figures[figure])
