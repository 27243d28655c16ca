"""A real HTTP server on a free port over use cases that record, fail or wait as a test says."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from catalog.adapters.http.app import sidecar_app
from catalog.adapters.http.callback import CallbackSettings, PushCallback
from catalog.adapters.http.push_telling import PushTold
from catalog.adapters.http.server import HttpServer, HttpSettings, http_server
from catalog.application.finalize_upload import FinalizeOutcome
from catalog.application.metrics.metric import Measures, NoMeasures
from catalog.application.push_errors import PushForbiddenError, PushUnauthenticatedError
from catalog.application.records import Arrival, Quarantined
from tests.unit.adapters.http.pushes import BUCKET

PATH = "/_/gcs/callback"
GOOD = {"authorization": "Bearer good"}
SETTINGS = CallbackSettings(accepted_buckets=frozenset({BUCKET}))


@dataclass
class Doorman:
    """Knows one good and one forbidden token."""

    fault: BaseException | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def authenticate(self, authorization: str | None) -> None:
        self.asked.set()
        if self.fault is not None:
            raise self.fault
        if authorization == "Bearer forbidden":
            raise PushForbiddenError("wrong audience")
        if authorization != "Bearer good":
            raise PushUnauthenticatedError("no token")


@dataclass
class Desk:
    """Both use cases of the callback, and readiness."""

    outcome: FinalizeOutcome = field(default_factory=lambda: FinalizeOutcome("completed"))
    finalize_fault: BaseException | None = None
    quarantine_fault: BaseException | None = None
    wait: asyncio.Event | None = None
    components: Mapping[str, str] = field(default_factory=lambda: {"database": "ok"})
    readiness_fault: BaseException | None = None
    arrivals: list[Arrival] = field(default_factory=list)
    quarantine: dict[str, Quarantined] = field(default_factory=dict)
    started: asyncio.Event = field(default_factory=asyncio.Event)

    async def finalize(self, arrival: Arrival) -> FinalizeOutcome:
        self.arrivals.append(arrival)
        await self._pause()
        if self.finalize_fault is not None:
            raise self.finalize_fault
        return self.outcome

    async def keep(self, push: Quarantined) -> bool:
        if self.quarantine_fault is not None:
            raise self.quarantine_fault
        new = push.dedup_key not in self.quarantine
        self.quarantine.setdefault(push.dedup_key, push)
        return new

    async def check(self) -> Mapping[str, str]:
        await self._pause()
        if self.readiness_fault is not None:
            raise self.readiness_fault
        return self.components

    async def _pause(self) -> None:
        self.started.set()
        if self.wait is not None:
            await self.wait.wait()


@dataclass
class Sidecar:
    """The running server and a client of it."""

    server: HttpServer
    client: httpx.AsyncClient
    desk: Desk
    doorman: Doorman
    callback: PushCallback

    async def push(self, content: Any, headers: Mapping[str, str] = GOOD) -> httpx.Response:
        return await self.client.post(PATH, content=content, headers=dict(headers))


@asynccontextmanager
async def running(
    desk: Desk | None = None,
    *,
    doorman: Doorman | None = None,
    http: HttpSettings | None = None,
    measures: Measures | None = None,
    **settings: Any,
) -> AsyncIterator[Sidecar]:
    """Run a sidecar of its own for one test."""
    desk, doorman = desk or Desk(), doorman or Doorman()
    told = PushTold(measures or NoMeasures())
    callback = PushCallback(doorman, desk.finalize, desk.keep, replace(SETTINGS, **settings), told)
    app = sidecar_app(callback, desk, PATH, measures)
    async with http_server(app, http or HttpSettings("127.0.0.1:0")) as server:
        base = f"http://127.0.0.1:{server.port}"
        async with httpx.AsyncClient(base_url=base, timeout=20) as client:
            yield Sidecar(server, client, desk, doorman, callback)


@dataclass
class Wire:
    """A bare connection, for what no well-behaved client sends."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def answer(self) -> tuple[int, bytes]:
        """Read one answer: its status and its body."""
        async with asyncio.timeout(20):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            _, found, rest = head.partition("content-length: ")
            length = int(rest.split("\r\n")[0]) if found else 0
            return int(head.split()[1]), await self.reader.readexactly(length)


@asynccontextmanager
async def wire(sidecar: Sidecar) -> AsyncIterator[Wire]:
    """Connect to the sidecar."""
    reader, writer = await asyncio.open_connection("127.0.0.1", sidecar.server.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def head(
    content_length: int | None, *headers: str, method: str = "POST", path: str = PATH
) -> bytes:
    """The head of a request, whatever body follows."""
    length = [] if content_length is None else [f"content-length: {content_length}"]
    lines = [f"{method} {path} HTTP/1.1", "host: localhost", *length, *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
