"""What torture runs measured, for the page that shows it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run of one promise. `row` orders the page; numbers are named with their unit."""

    row: int
    what: str
    numbers: dict[str, Value]


@dataclass(slots=True)
class Figures:
    """Measurements of one session, in the order in which they were made."""

    measurements: list[Measurement] = field(default_factory=list)

    def record(self, row: int, what: str, **numbers: Value) -> None:
        """Keep numbers, each named with its unit: `slowest_seconds=4.1`."""
        self.measurements.append(Measurement(row, what, dict(numbers)))

    def plain(self) -> list[dict[str, Any]]:
        """Spell everything in types that go over a wire."""
        return [asdict(each) for each in self.measurements]

    def take(self, plain: Sequence[dict[str, Any]]) -> None:
        """Add what somebody else measured."""
        self.measurements += [Measurement(**each) for each in plain]
