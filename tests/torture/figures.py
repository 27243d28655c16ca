"""What torture runs measured, for the page that shows it."""

from dataclasses import dataclass, field

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
