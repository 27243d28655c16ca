"""What a client says to PostgreSQL, message by message (protocol-message-formats)."""

from dataclasses import dataclass

_WAITS = b"SQH"
"""Sync, Query and Flush: who says one waits for the answer (protocol-flow). Whoever prepares a
statement may flush to learn its types before it is executed and synced."""
_ENCRYPTION = (80877103, 80877104)
"""SSLRequest and GSSENCRequest."""
_SIZE = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of some bytes, or of those before them that ended with them."""

    passed_on: bytes = b""
    """Whole messages, for the server."""
    refused: int = 0
    """Questions for encryption, none of which is passed on. Each is to be answered with `N`."""
    round_trips: int = 0


class Frontend:
    """The client's side of one connection."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._started = False

    def take(self, data: bytes) -> Heard:
        """Read on. Raises ValueError for what is no message."""
        self._held += data
        passed_on, refused, round_trips = bytearray(), 0, 0
        while message := self._message():
            if not self._started and int.from_bytes(message[_SIZE : 2 * _SIZE]) in _ENCRYPTION:
                refused += 1
                continue
            round_trips += self._started and message[:1] in _WAITS
            passed_on += message
            self._started = True
        return Heard(bytes(passed_on), refused, round_trips)

    def _message(self) -> bytes:
        """Take the next whole one; empty when there is none yet. The first has no type."""
        at = 1 if self._started else 0
        said = self._held[at : at + _SIZE]
        if len(said) < _SIZE:
            return b""
        size = int.from_bytes(said)
        if size < _SIZE:
            raise ValueError("a message is shorter than its own length")
        if len(self._held) < at + size:
            return b""
        message = bytes(self._held[: at + size])
        del self._held[: at + size]
        return message
