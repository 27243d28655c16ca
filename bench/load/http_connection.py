"""One HTTP/1.1 connection that posts, reads the answer, and posts again."""

import asyncio
import time
from dataclasses import dataclass
from typing import cast

import httptools

from bench.load.closed_loop import Asking


@dataclass(frozen=True, slots=True)
class Post:
    """One request, whole, and the status that is right for it."""

    wire: bytes
    expected: int


def post(path: str, body: bytes, headers: dict[str, str], expected: int) -> Post:
    """Spell a POST as Pub/Sub's would be."""
    said = {
        "host": "127.0.0.1",
        "content-type": "application/json",
        "content-length": str(len(body)),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return Post(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body, expected)


class HttpConnection(asyncio.Protocol):
    """One question at a time, on a connection that is kept."""

    def __init__(self, asking: Asking[Post]) -> None:
        self._asking = asking
        self._parser = httptools.HttpResponseParser(self)
        self._asked: Post | None = None
        self._began = 0.0
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own kind is none

    def start(self) -> None:
        """Post, unless an answer is still to come."""
        if self._asked is None:
            self._ask()

    def close(self) -> None:
        """Hang up."""
        self._closing = True
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def connection_lost(self, _exc: Exception | None) -> None:
        """Fail what was asked."""
        if not self._closing and self._asked is not None:
            self._asking.answer(self._began, "the connection is gone")
            self._asking.over.set()

    def on_message_complete(self) -> None:
        """Note the answer, and post again."""
        asked, status = self._asked, self._parser.get_status_code()
        if asked is None:
            return
        self._parser = httptools.HttpResponseParser(self)
        self._asking.answer(self._began, "" if status == asked.expected else f"status {status}")
        self._ask()

    def _ask(self) -> None:
        self._asked = self._asking.next()
        if self._asked is not None:
            self._began = time.perf_counter()
            self._transport.write(self._asked.wire)


async def connected(port: int, asking: Asking[Post]) -> HttpConnection:
    """Open a connection to this machine. Raises OSError."""
    _, connection = await asyncio.get_running_loop().create_connection(
        lambda: HttpConnection(asking), "127.0.0.1", port
    )
    return connection
