"""Reading a request's body no further than it may go."""

from dataclasses import dataclass, field

from starlette.types import Receive


class SenderGoneError(Exception):
    """The connection ended before the body did."""


@dataclass(frozen=True, slots=True)
class Body:
    """What was read of a body."""

    content: bytes = field(repr=False)
    """All of it, or its first `limit` bytes when it is oversized."""
    oversized: bool


async def read_body(receive: Receive, limit: int) -> Body:
    """Stop at `limit` bytes, wherever the parts end: the same body always reads the same.

    The server discards what is left, so that the client can finish sending
    and read its answer. Raises SenderGoneError.
    """
    content, more = bytearray(), True
    while more and len(content) <= limit:
        message = await receive()
        if message["type"] != "http.request":
            raise SenderGoneError
        content += message.get("body", b"")
        more = message.get("more_body", False)
    return Body(bytes(content[:limit]), oversized=len(content) > limit)
