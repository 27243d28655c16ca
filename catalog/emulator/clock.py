"""The emulator's own time, which a test may move."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def no_offset() -> float:
    """Seconds added to real time when nobody moved the clock."""
    return 0.0


class Clock:
    """Real time plus an offset that is asked for anew at every reading."""

    def __init__(self, offset_seconds: Callable[[], float] = no_offset) -> None:
        self._offset_seconds = offset_seconds

    def now(self) -> datetime:
        """An aware UTC datetime."""
        return datetime.now(UTC) + timedelta(seconds=self._offset_seconds())


def rfc3339(moment: datetime) -> str:
    """Millisecond precision with a Z, as Google's JSON APIs print times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
