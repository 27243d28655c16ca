"""Several rounds of one figure: its middle, and how far the rounds are apart."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The median says what it is, the ends say how much to believe it."""

    median: float
    least: float
    most: float
    rounds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Raise StatisticsError for no values."""
        return cls(statistics.median(values), min(values), max(values), len(values))

    @property
    def share(self) -> float:
        """The distance between the ends, as a share of the median; 0 for a median of 0."""
        return (self.most - self.least) / self.median if self.median else 0.0

    def apart_from(self, other: "Spread") -> bool:
        """True when no round of one lies among the rounds of the other."""
        return self.least > other.most or self.most < other.least
