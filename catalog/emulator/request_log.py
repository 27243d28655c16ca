"""What was asked of the storage endpoints, so that a test can prove what a client sent."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

_KEPT = 100_000


@dataclass(slots=True)
class LoggedRequest:
    """One storage request, filled in as it is handled; never holds a query string.

    ``status`` stays None when no answer could be given; ``range`` is the Range header answered;
    ``start`` and ``persisted`` are the session's persisted bytes before and after.
    """

    method: str
    kind: str
    bucket: str
    object: str
    content_range: str | None = None
    status: int | None = None
    range: str | None = None
    bytes_received: int = 0
    persisted_before: int | None = None
    persisted_after: int | None = None


class RequestLog:
    """The latest requests, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=_KEPT)

    def open(self, entry: LoggedRequest) -> LoggedRequest:
        """Note a request as soon as it arrives; the handler completes the entry."""
        self._entries.append(entry)
        return entry

    def entries(
        self, kind: str | None = None, object_name: str | None = None
    ) -> list[LoggedRequest]:
        """Requests of that kind and object, oldest first."""
        return [
            entry
            for entry in self._entries
            if kind in {None, entry.kind} and object_name in {None, entry.object}
        ]

    def clear(self) -> None:
        """Forget everything logged so far."""
        self._entries.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """Plain values for the control endpoint."""
        return [asdict(entry) for entry in self._entries]
