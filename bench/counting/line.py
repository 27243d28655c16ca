"""A line to PostgreSQL that counts round trips as they pass."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from bench.counting.frontend import Frontend

_CONNECT_SECONDS = 5.0
_END_SECONDS = 5.0
_READ_BYTES = 2**16
_NO_ENCRYPTION = b"N"


@dataclass(slots=True)
class Line:
    """Carries connections; what it cannot read it does not hide from."""

    dsn: str = field(repr=False)
    """Address of the database by way of this line. No TLS is spoken on it."""
    upstream: tuple[str, int]
    round_trips: int = 0
    """Of all connections so far, each counted before the server hears of it."""
    _carried: set["asyncio.Task[None]"] = field(default_factory=set)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._carried.add(task)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                answers, server = await asyncio.open_connection(*self.upstream)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._asked(reader, writer, server))
                    both.create_task(_answered(answers, writer))
            finally:
                server.transport.abort()
        except* (EOFError, OSError, ValueError):
            pass  # one side has gone or made no sense, and that ends the other
        finally:
            writer.transport.abort()
            self._carried.discard(task)

    async def end(self) -> None:
        """End every connection."""
        for task in self._carried:
            task.cancel()
        if self._carried:
            await asyncio.wait(self._carried, timeout=_END_SECONDS)

    async def _asked(
        self,
        reader: asyncio.StreamReader,
        client: asyncio.StreamWriter,
        server: asyncio.StreamWriter,
    ) -> None:
        frontend = Frontend()
        while data := await reader.read(_READ_BYTES):
            heard = frontend.take(data)
            self.round_trips += heard.round_trips
            client.write(_NO_ENCRYPTION * heard.refused)
            server.write(heard.passed_on)
            await server.drain()
        raise EOFError


async def _answered(reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
    while data := await reader.read(_READ_BYTES):
        client.write(data)
        await client.drain()
    raise EOFError


@asynccontextmanager
async def counted_line(dsn: str) -> AsyncIterator[Line]:
    """Listen on a free port of loopback in front of the database at `dsn`."""
    parts = urlsplit(dsn)
    assert parts.hostname is not None
    assert parts.port is not None
    line = Line("", (parts.hostname, parts.port))
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    credentials, at, _ = parts.netloc.rpartition("@")
    line.dsn = urlunsplit(parts._replace(netloc=f"{credentials}{at}127.0.0.1:{port}"))
    try:
        yield line
    finally:
        server.close()
        await line.end()
