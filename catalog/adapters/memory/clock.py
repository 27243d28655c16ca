"""Time that stands still until it is moved."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class MovableClock:
    """Always aware and UTC, as every clock of the service."""

    at: datetime

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self.at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move on, or back with a negative `by`."""
        self.at += by


@dataclass(frozen=True, slots=True)
class FixedClock:
    """One moment for ever: a transaction's own time."""

    at: datetime

    def now(self) -> datetime:
        """Return that moment."""
        return self.at
