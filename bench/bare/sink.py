"""Where uploads end that are measured: a session of Cloud Storage that keeps nothing.

It answers like one (performing-resumable-uploads) and looks at no byte, so that what
sends is what is measured.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RANGE = re.compile(rb"\r\ncontent-range: *bytes (\d+)-(\d+)/(\d+)", re.IGNORECASE)
_WAITS = re.compile(rb"\r\nexpect: *100-continue", re.IGNORECASE)
_ROOM_BYTES = 1024 * 1024


class Sink(asyncio.BufferedProtocol):
    """One connection: heads are read, bodies are counted."""

    def __init__(self) -> None:
        self._room = bytearray(_ROOM_BYTES)
        self._head = bytearray()
        self._left = 0
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own kind is none

    def get_buffer(self, _sizehint: int) -> bytearray:
        """Lend the one buffer there is."""
        return self._room

    def buffer_updated(self, count: int) -> None:
        """Count what came."""
        if self._left:
            taken = min(self._left, count)
            self._left -= taken
            if not self._left:
                self._transport.write(self._answer)
            if taken == count:
                return
            self._head += self._room[taken:count]
        else:
            self._head += self._room[:count]
        self._read_head()

    def _read_head(self) -> None:
        head, blank, rest = bytes(self._head).partition(b"\r\n\r\n")
        if not blank:
            return
        length = _LENGTH.search(head)
        self._answer = answer_to(head)
        if _WAITS.search(head):
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._left = max(0, (int(length[1]) if length else 0) - len(rest))
        self._head.clear()
        if not self._left:
            self._transport.write(self._answer)


def answer_to(head: bytes) -> bytes:
    """Say what a session says once it has the bytes: 308 until the last, then 200."""
    told = _RANGE.search(head)
    if told is not None and int(told[2]) + 1 < int(told[3]):
        said = b"308 Resume Incomplete\r\nrange: bytes=0-" + told[2]
    else:
        said = b"200 OK"
    return b"HTTP/1.1 " + said + b"\r\ncontent-length: 0\r\n\r\n"


@asynccontextmanager
async def sink() -> AsyncIterator[int]:
    """Swallow uploads while the block lasts; yields the port."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
