"""Counting what became of many things, and why some were left as they are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

_SKIPPED = "skipped."


@dataclass(slots=True)
class Tally:
    """Counts by name. What is skipped is counted under its reason."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, number: int = 1) -> None:
        """Count something; nothing leaves no trace."""
        if number:
            self.counts[name] += number

    def skip(self, reason: str, number: int = 1) -> None:
        """Count something that was left as it is."""
        self.add(_SKIPPED + reason, number)

    async def left(self, _item: object, reason: str) -> None:
        """Skip an item that `each_by_itself` could not do."""
        self.skip(reason)

    @property
    def done(self) -> int:
        """How many were not skipped."""
        return sum(n for name, n in self.counts.items() if not name.startswith(_SKIPPED))

    def __getitem__(self, name: str) -> int:
        return self.counts[name]


def spelled(counts: Mapping[str, int]) -> dict[str, object]:
    """Spell counts for JSON: those of skipped things in a mapping of their own."""
    plain: dict[str, object] = {
        name: number for name, number in sorted(counts.items()) if not name.startswith(_SKIPPED)
    }
    skipped = {
        name.removeprefix(_SKIPPED): number
        for name, number in sorted(counts.items())
        if name.startswith(_SKIPPED) and number
    }
    return plain | {"skipped": skipped}


def spelled_in_full(counts: Mapping[str, int]) -> dict[str, object]:
    """Spell a sweep's counts: kept, completed, deleted and skipped are always there."""
    return spelled({"kept": 0, "completed": 0, "deleted": 0, **counts})
