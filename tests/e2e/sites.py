"""A running service, those who talk to it, and a look at what it keeps."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from catalog.devstack.postgres import Cluster
from catalog.emulator import Emulator
from tests.e2e.person import Person
from tests.e2e.pushes import PushSide
from tests.e2e.records import Records
from tests.support.emulators import fresh_emulator
from tests.support.postgres import lasting_database
from tests.support.service import Rpc, Service, running_service

Changes = Mapping[str, Mapping[str, Any]]
"""Settings other than the defaults, by section."""
_PATIENT: Changes = {
    "server": {"call_deadline_seconds": 60, "callback_deadline_seconds": 30},
    "gcs": {"timeout_seconds": 30},
    "limits": {"work_share": 0},
}
"""What takes long here is the machine: only tests of deadlines have short ones, and none but
those of overload is turned away because others need the cores."""


@dataclass(frozen=True, slots=True)
class Site:
    service: Service
    rpc: Rpc
    http: httpx.AsyncClient
    """For talking to storage and to the sidecar."""
    records: Records

    @property
    def emulator(self) -> Emulator:
        return self.service.emulator

    @property
    def pushes(self) -> PushSide:
        return PushSide(self.http, self.service.callback_url, self.emulator.issuer)

    def person(self) -> Person:
        """Somebody new."""
        return Person(self.rpc)

    async def pushed(self) -> None:
        """Wait until every notification of the bucket is acknowledged."""
        await self.emulator.pushes.drain(60)


@asynccontextmanager
async def running_site(
    emulator: Emulator, dsn: str, changes: Changes | None = None
) -> AsyncIterator[Site]:
    """Run a service on a database that is there, beside an emulator that is there."""
    async with AsyncExitStack() as stack:
        settings = _merged(_PATIENT, changes or {})
        service = await stack.enter_async_context(running_service(emulator, dsn, settings))
        channel = await stack.enter_async_context(service.channel())
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=60, trust_env=False))
        pool = await stack.enter_async_context(asyncpg.create_pool(dsn, min_size=1, max_size=4))
        yield Site(service, Rpc(channel), http, Records(pool))


@asynccontextmanager
async def fresh_site(
    template: Cluster, folder: Path, changes: Changes | None = None
) -> AsyncIterator[Site]:
    """Run a service with an emulator and an empty database of its own."""
    dsn = await lasting_database(template)
    async with (
        fresh_emulator(folder) as emulator,
        running_site(emulator, dsn, changes) as site,
    ):
        yield site


def _merged(first: Changes, second: Changes) -> Changes:
    names = first.keys() | second.keys()
    return {name: {**first.get(name, {}), **second.get(name, {})} for name in names}
