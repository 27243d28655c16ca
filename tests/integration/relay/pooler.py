"""A pooler that lends its few backends by the transaction, as far as it takes to deceive a relay.

It speaks PostgreSQL's protocol (version 3) to both sides: clients are told that they are
connected, and from then on each run of messages up to a Sync goes to whichever backend
was used last, unless a transaction is open.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

_PROTOCOL = 196608
_SSL_REQUEST = 80877103
_READY = b"Z\x00\x00\x00\x05I"


@dataclass(frozen=True, slots=True)
class Wire:
    """One side of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def message(self) -> bytes:
        """Read a whole message, its kind and length included."""
        head = await self.reader.readexactly(5)
        return head + await self.reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


class Pooler:
    """Its idle backends, the one used last on top."""

    def __init__(self, greeting: bytes, backends: list[Wire]) -> None:
        self._greeting = greeting
        self._idle = backends

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it leaves."""
        client = Wire(reader, writer)
        try:
            await self._greet(client)
            while await self._transaction(client):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _greet(self, client: Wire) -> None:
        while True:
            size, code = struct.unpack("!II", await client.reader.readexactly(8))
            await client.reader.readexactly(size - 8)
            if code != _SSL_REQUEST:
                break
            await client.send(b"N")
        await client.send(self._greeting + _READY)

    async def _transaction(self, client: Wire) -> bool:
        """Lend a backend from the first message until no transaction is open."""
        request = await client.message()
        if request.startswith(b"X"):
            return False
        backend, states = self._idle.pop(), asyncio.Queue[bytes]()
        pump = asyncio.create_task(_pump(backend, client, states))
        try:
            while True:
                await backend.send(request)
                if request[:1] in b"QS" and await states.get() == b"I":
                    return True
                request = await client.message()
        finally:
            pump.cancel()
            await asyncio.wait([pump])
            self._idle.append(backend)


async def _pump(backend: Wire, client: Wire, states: asyncio.Queue[bytes]) -> None:
    """Pass answers on; with each that ends a run of messages, whether a transaction is open."""
    while True:
        answer = await backend.message()
        await client.send(answer)
        if answer.startswith(b"Z"):
            states.put_nowait(answer[5:])


async def _backend(dsn: str) -> tuple[Wire, bytes]:
    """Connect as the client of a server that trusts; return what it said before it was ready."""
    parts = urlsplit(dsn)
    wire = Wire(*await asyncio.open_connection(parts.hostname, parts.port))
    body = f"user\0postgres\0database\0{parts.path[1:]}\0\0".encode()
    await wire.send(struct.pack("!II", len(body) + 8, _PROTOCOL) + body)
    greeting = b""
    while not (message := await wire.message()).startswith(b"Z"):
        greeting += message
    return wire, greeting


@asynccontextmanager
async def pooler(dsn: str, backends: int = 2) -> AsyncIterator[str]:
    """Run one before the database; yield its address."""
    opened = [await _backend(dsn) for _ in range(backends)]
    between = Pooler(opened[0][1], [wire for wire, _ in opened])
    server = await asyncio.start_server(between.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with server:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode=disable"
    finally:
        for wire, _ in opened:
            wire.writer.close()
            await wire.writer.wait_closed()
