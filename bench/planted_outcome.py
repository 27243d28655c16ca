"""What is seen of a planted cost: a row that is red, and dearer by what was planted."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.bars import Bar
from bench.planted_costs import Planted
from bench.sample import Measured, Sample
from bench.verdict import spreads

SHARE = 0.5
"""Of the planted cost: so much dearer a row has to be. What the part costs alone varies, too."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a row stood in one run of one tree."""

    ratio: float | None
    errors: int = 0
    cost: float = 0.0
    """What the planted parts add to the ratio, as they were measured in that run."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The tree as it is and, right before or after, with the cost."""

    without: Standing
    planted: Standing


@dataclass(frozen=True, slots=True)
class Outcome:
    """All pairs of one cost."""

    planted: Planted
    bar: Bar
    pairs: Sequence[Pair]

    @property
    def measured(self) -> bool:
        """True when every run has the row, and errors only where they are what is measured."""
        runs = [run for pair in self.pairs for run in (pair.without, pair.planted)]
        return all(run.ratio is not None and (self.planted.exact or not run.errors) for run in runs)

    @property
    def dearer(self) -> bool:
        """True when the row is dearer in every pair, and by enough in the middle one.

        One chance in 2 ** pairs is left to a cost that is none; the size takes most of that.
        """
        if not self.measured:
            return False
        growths = [self._dear(pair.planted) - self._dear(pair.without) for pair in self.pairs]
        if self.planted.exact:
            return min(growths) > 0
        enough = statistics.median(self._demanded(pair) for pair in self.pairs)
        return min(growths) > 0 and statistics.median(growths) >= enough

    def red(self, *, planted: bool) -> bool:
        """True when the row misses its bar, by the median of the runs."""
        runs = [pair.planted if planted else pair.without for pair in self.pairs]
        return not self.bar.met_by(statistics.median(run.ratio or 0.0 for run in runs))

    @property
    def shown(self) -> bool:
        """What is asked for: the row is red, and chance did not make it so."""
        return self.dearer and self.red(planted=True)

    @property
    def told(self) -> str:
        """Say what can be seen of the cost."""
        if not self.measured:
            return "could not be measured"
        if not self.dearer:
            return "not seen"
        if not self.red(planted=True):
            return "dearer, but not red"
        return "red before, and redder" if self.red(planted=False) else "turned red"

    def _dear(self, run: Standing) -> float:
        ratio = run.ratio or 0.0
        return ratio if self.bar.at_most else 1 / max(ratio, 1e-9)

    def _demanded(self, pair: Pair) -> float:
        if self.planted.parts:
            return SHARE * pair.without.cost
        return (self.planted.times - 1) * self._dear(pair.without)


def standing(said: Mapping[str, Any], planted: Planted) -> Standing:
    """Find the planted cost's row in what a run printed."""
    row = next(each for each in said["rows"] if each["bar"]["name"] == planted.row)
    if not row["ratio"]:
        return Standing(None, row["errors"])
    cost = 0.0
    if planted.parts:
        found = spreads([_sample(each) for each in said["samples"]])
        parts = (found[part][row["bar"]["figure"]].median for part in planted.parts)
        cost = sum(parts) / row["reference"]["median"]
    return Standing(row["ratio"]["median"], row["errors"], cost)


def _sample(kept: Mapping[str, Any]) -> Sample:
    return Sample(kept["activity"], kept["round"], Measured(**kept["measured"]))
