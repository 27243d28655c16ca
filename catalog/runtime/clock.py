"""The machine's own time."""

from datetime import UTC, datetime


class SystemClock:
    """What everything outside the database goes by."""

    def now(self) -> datetime:
        """Return the current time, aware, UTC."""
        return datetime.now(UTC)
