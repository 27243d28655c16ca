"""A push endpoint on a real socket that records what arrives and answers what it is told."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from tests.support.waiting import until


@dataclass(frozen=True, slots=True)
class Push:
    """One request as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def envelope(self) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.body)
        return decoded

    @property
    def message(self) -> dict[str, Any]:
        found: dict[str, Any] = self.envelope["message"]
        return found

    @property
    def message_id(self) -> str:
        return str(self.message["messageId"])

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.message["data"])

    @property
    def payload(self) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.data)
        return decoded

    @property
    def object_name(self) -> str:
        return str(self.message["attributes"]["objectId"])

    @property
    def token(self) -> str:
        return self.headers["authorization"].removeprefix("Bearer ")


@dataclass(slots=True)
class Receiver:
    """``answers`` are used up first, then every push is answered 204; a None answers never."""

    url: str = ""
    pushes: list[Push] = field(default_factory=list)
    answers: list[int | None] = field(default_factory=list)
    connections: list[asyncio.StreamWriter] = field(default_factory=list)

    async def wait_for(self, count: int) -> list[Push]:
        await until(lambda: len(self.pushes) >= count)
        return self.pushes

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(writer)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._answer(reader, writer):
                    pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self.connections.remove(writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        self.pushes.append(await _read(reader))
        status = self.answers.pop(0) if self.answers else 204
        if status is None:
            await reader.read()  # until the sender gives up
            return False
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        return True

    async def close(self) -> None:
        """Break off every connection and return once all of them are gone."""
        for writer in self.connections:
            writer.close()
        await until(lambda: not self.connections)


async def _read(reader: asyncio.StreamReader) -> Push:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    pairs = (line.partition(": ") for line in head.split("\r\n")[1:] if line)
    headers = {name.lower(): value for name, _, value in pairs}
    return Push(headers, await reader.readexactly(int(headers.get("content-length", 0))))


@contextlib.asynccontextmanager
async def receiving(path: str = "/callback") -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    receiver.url = f"http://{host}:{port}{path}"
    try:
        yield receiver
    finally:
        server.close()
        await receiver.close()
