"""Health is false within 5 s of a fault and true within 5 s of its end, by HTTP and by gRPC."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
from grpc_health.v1 import (  # type: ignore[import-untyped]  # ships no types
    health_pb2,
    health_pb2_grpc,
)

from catalog.adapters.grpc.server import SERVICES
from catalog.emulator import Emulator
from tests.support.proxy import Proxy, postgres_proxy
from tests.support.service import Service, running_service
from tests.support.waiting import seen, until

SERVING = health_pb2.HealthCheckResponse.SERVING
WITHIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Watched:
    """A service and both doors at which one asks for its health."""

    service: Service
    http: httpx.AsyncClient
    health: Any

    async def says(self) -> tuple[bool, ...]:
        """What it says at each door: /readyz, and gRPC for the server and each service."""
        ready = await self.http.get(f"{self.service.url}/readyz")
        asked = [health_pb2.HealthCheckRequest(service=name) for name in ("", *SERVICES)]
        serving = [(await self.health.Check(each, timeout=10)).status for each in asked]
        return (ready.status_code == 200, *(status == SERVING for status in serving))

    async def becomes(self, *, healthy: bool) -> float:
        """Wait until all doors agree; return the seconds it took."""
        asked = time.monotonic()
        await seen(self.says, lambda said: set(said) == {healthy})
        return time.monotonic() - asked

    async def components(self) -> dict[str, str]:
        found = (await self.http.get(f"{self.service.url}/readyz")).json()
        return dict(found["components"])


@asynccontextmanager
async def watched(emulator: Emulator, dsn: str, **changes: Any) -> AsyncIterator[Watched]:
    async with (
        running_service(emulator, dsn, changes) as service,
        service.channel() as channel,
        httpx.AsyncClient(timeout=20, trust_env=False) as http,
    ):
        one = Watched(service, http, health_pb2_grpc.HealthStub(channel))
        await one.becomes(healthy=True)
        yield one


async def _gone(proxy: Proxy) -> None:
    proxy.away = True
    await proxy.close()


async def _silent(proxy: Proxy) -> None:
    proxy.passing.clear()


@pytest.mark.parametrize("fault", [_gone, _silent], ids=["gone", "silent"])
async def test_a_database_that_is_gone_or_silent_shows_in_time_and_so_does_its_return(
    emulator: Emulator, database: str, fault: Callable[[Proxy], Any]
) -> None:
    async with postgres_proxy(database) as proxy, watched(emulator, proxy.dsn) as one:
        try:
            await fault(proxy)
            assert await one.becomes(healthy=False) < WITHIN_SECONDS
            assert (await one.components())["database"] == "unavailable"
        finally:
            proxy.away = False
            proxy.passing.set()
        assert await one.becomes(healthy=True) < WITHIN_SECONDS


async def test_a_schema_that_lacks_a_migration_shows_in_time(
    emulator: Emulator, database: str
) -> None:
    async with watched(emulator, database) as one:
        sql: asyncpg.Connection[asyncpg.Record] = one.service.database
        last = await sql.fetchval(
            "DELETE FROM catalog.schema_migrations WHERE version ="
            " (SELECT max(version) FROM catalog.schema_migrations) RETURNING version"
        )
        assert await one.becomes(healthy=False) < WITHIN_SECONDS
        found = await one.components()
        assert (found["database"], found["schema"]) == ("ok", "incomplete")
        await sql.execute("INSERT INTO catalog.schema_migrations VALUES ($1)", last)
        assert await one.becomes(healthy=True) < WITHIN_SECONDS


async def test_a_worker_that_is_stalled_shows_in_time_and_so_does_its_recovery(
    emulator: Emulator, database: str
) -> None:
    async with postgres_proxy(database) as proxy:
        relay = {"outbox": {"session_timeout_seconds": 1}, "workers": {"in_server": True}}
        direct = {"database": {"direct_url": proxy.dsn}}
        async with watched(emulator, database, **relay, **direct) as one:
            states = one.service.running.workers.states
            await _gone(proxy)
            await until(lambda: states()["outbox"] == "stalled")
            assert await one.becomes(healthy=False) < WITHIN_SECONDS
            assert (await one.components())["outbox"] == "stalled"
            proxy.away = False
            await until(lambda: states()["outbox"] == "ok")
            assert await one.becomes(healthy=True) < WITHIN_SECONDS
