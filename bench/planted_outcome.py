"""What is seen of a planted cost: a row that is met without it, and missed with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.bars import Bar
from bench.planted_costs import Planted


@dataclass(frozen=True, slots=True)
class Standing:
    """How a row stood in the run of one tree."""

    ratio: float | None
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The tree as it is, and with the cost."""

    planted: Planted
    bar: Bar
    without: Standing
    with_it: Standing

    @property
    def measured(self) -> bool:
        """True when both runs have the row, and errors only where the cost is to make some."""
        if self.without.ratio is None or self.with_it.ratio is None or self.without.errors:
            return False
        return self.planted.by_errors or not self.with_it.errors

    @property
    def shown(self) -> bool:
        """What is asked for: the cost turned the row red."""
        return self.measured and not self._red(self.without) and self._red(self.with_it)

    @property
    def told(self) -> str:
        """Say what can be seen of the cost."""
        if not self.measured:
            return "could not be measured"
        if self._red(self.without):
            return "red without it"
        return "turned red" if self.shown else "not seen"

    def _red(self, run: Standing) -> bool:
        return run.ratio is None or not self.bar.met_by(run.ratio)


def standing(said: Mapping[str, Any], row: str) -> Standing:
    """Find a row in what a run printed."""
    found = next(each for each in said["rows"] if each["bar"]["name"] == row)
    return Standing(found["ratio"] and found["ratio"]["median"], found["errors"])
