"""An issuer's certificate endpoint over real HTTP, with its counter and its bad days."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from tests.unit.adapters.pubsub.tokens import IssuerPair


@dataclass
class CertsServer:
    """Answers every request with what it is set to at that moment."""

    url: str = ""
    fetches: int = 0
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, it lets requests wait."""

    def publish(self, *pairs: IssuerPair, max_age: int = 21_600) -> None:
        """Show these keys from now on."""
        self.publish_json({pair.kid: pair.certificate for pair in pairs})
        self.headers = {"Cache-Control": f"public, max-age={max_age}, must-revalidate"}

    def publish_json(self, answer: Any) -> None:
        """Answer well, with whatever content."""
        self.status, self.body = 200, json.dumps(answer).encode()

    def break_down(self, status: int = 503) -> None:
        """Refuse from now on."""
        self.status, self.body = status, b"down"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one request a connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            self.fetches += 1
            await self.answering.wait()
            lines = [
                f"HTTP/1.1 {self.status} X",
                f"Content-Length: {len(self.body)}",
                "Connection: close",
                *(f"{name}: {value}" for name, value in self.headers.items()),
            ]
            writer.write("\r\n".join([*lines, "", ""]).encode() + self.body)
            await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def certs_server(*pairs: IssuerPair) -> AsyncIterator[CertsServer]:
    """Listen on a free port until the block ends."""
    certs = CertsServer()
    certs.answering.set()
    certs.publish(*pairs)
    server = await asyncio.start_server(certs.answer, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        certs.url = f"http://{host}:{port}/oauth2/v1/certs"
        yield certs
        certs.answering.set()
