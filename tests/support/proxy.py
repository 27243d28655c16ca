"""A line to PostgreSQL that breaks when told: before a request arrives, or before its reply does.

It knows as much of the protocol as it takes to tell requests apart (protocol-message-formats):
a request ends with Sync or is a simple Query; its reply ends with ReadyForQuery.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

_ENDS_REQUEST = b"SQ"
_WAITS_FOR_END = b"PBDEC"
_READY_FOR_QUERY = b"Z"


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the line breaks. Requests are counted from the moment the cut is set, from 1."""

    request: int
    reply_only: bool
    """True: the server carries the request out, and only its reply is lost."""
    holding: bytes = b""
    """Only requests that hold these bytes are counted."""


@dataclass(slots=True)
class _Link:
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    doomed: bool = False
    """The reply that is under way will not arrive."""

    def abort(self) -> None:
        self.client.transport.abort()
        self.server.transport.abort()


@dataclass(slots=True)
class Proxy:
    """Passes everything on until `cut` is set; a cut strikes once."""

    dsn: str
    """Address of the database through this proxy."""
    upstream: tuple[str, int]
    cut: Cut | None = None
    strikes: int = 0
    away: bool = False
    """No connection is taken."""
    passing: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set, connections are taken and requests go nowhere."""
    _seen: int = 0
    _links: set["asyncio.Task[None]"] = field(default_factory=set)

    def set(self, cut: Cut) -> None:
        """Break the line at a request from now on."""
        self.cut, self._seen = cut, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it."""
        if self.away:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        upstream_reader, upstream_writer = await asyncio.open_connection(*self.upstream)
        link = _Link(writer, upstream_writer)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._requests(reader, link))
                both.create_task(self._replies(upstream_reader, link))
        except* (EOFError, OSError):
            pass  # one side has gone, and so does the other
        finally:
            link.abort()
            self._links.discard(task)

    async def close(self) -> None:
        """End every connection."""
        for task in self._links:
            task.cancel()
        if self._links:
            await asyncio.wait(self._links)

    async def _requests(self, reader: asyncio.StreamReader, link: _Link) -> None:
        startup, request = await _startup(reader), b""
        await self.passing.wait()
        link.server.write(startup)
        while True:
            kind, message = await _message(reader)
            request += message
            if kind in _WAITS_FOR_END:
                continue
            if kind in _ENDS_REQUEST and self._strikes(request):
                if self.cut is not None and not self.cut.reply_only:
                    raise EOFError
                link.doomed = True
            await self.passing.wait()
            link.server.write(request)
            await link.server.drain()
            request = b""

    async def _replies(self, reader: asyncio.StreamReader, link: _Link) -> None:
        while True:
            kind, message = await _message(reader)
            if not link.doomed:
                link.client.write(message)
                await link.client.drain()
            elif kind == _READY_FOR_QUERY:
                raise EOFError

    def _strikes(self, request: bytes) -> bool:
        if self.cut is None or self.cut.holding not in request:
            return False
        self._seen += 1
        if self._seen != self.cut.request:
            return False
        self.strikes += 1
        return True


async def _startup(reader: asyncio.StreamReader) -> bytes:
    """Read the one message that has no type; the client asks for no TLS."""
    size = await reader.readexactly(4)
    return size + await reader.readexactly(int.from_bytes(size) - 4)


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(5)
    return head[:1], head + await reader.readexactly(int.from_bytes(head[1:]) - 4)


@asynccontextmanager
async def postgres_proxy(dsn: str) -> AsyncIterator[Proxy]:
    """Listen on a free port of loopback in front of the database at `dsn`."""
    parts = urlsplit(dsn)
    assert parts.hostname is not None
    assert parts.port is not None
    proxy = Proxy("", (parts.hostname, parts.port))
    proxy.passing.set()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    credentials = parts.netloc.rpartition("@")[0]
    proxy.dsn = urlunsplit(parts._replace(netloc=f"{credentials}@127.0.0.1:{port}"))
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
