"""Reading a request's body no further than it may go."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Body:
    """What was read of a body."""

    content: bytes = field(repr=False)
    """All of it, or its first `limit` bytes when it is oversized."""
    oversized: bool


async def read_body(chunks: AsyncGenerator[bytes], limit: int) -> Body:
    """Stop at `limit` bytes, wherever the chunks end: the same body always reads the same.

    The server discards what is left, so that the client can finish sending
    and read its answer.
    """
    content = bytearray()
    async with aclosing(chunks):
        async for chunk in chunks:
            content += chunk
            if len(content) > limit:
                return Body(bytes(content[:limit]), oversized=True)
    return Body(bytes(content), oversized=False)
