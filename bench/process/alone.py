"""A service in front of a database of its own, with its workers, as it runs in production."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import grpc
import httpx
import psutil
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]  # no types
from prometheus_client.parser import text_string_to_metric_families

from bench.load.closed_loop import cpu_of
from bench.serving import unlimited_settings
from bench.stage import Stage
from catalog.devstack.process import ServiceProcess, service_process
from catalog.runtime import migrations

MIB = 2**20
_SERVING_SECONDS = 30.0
_LOOK_SECONDS = 5.0
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


@dataclass(frozen=True, slots=True)
class Alone:
    """It serves."""

    service: ServiceProcess
    database: "asyncpg.Connection[asyncpg.Record]"
    process: psutil.Process
    seconds_to_serving: float
    """From before it was started until health by gRPC said SERVING."""
    cpu_to_serving: float

    def resident(self) -> float:
        """Resident memory in MiB."""
        return float(self.process.memory_info().rss) / MIB

    async def counts(self) -> Mapping[str, int]:
        """Count what calls must not leave behind; our own connection to the database is in it."""
        figures = await self._figures()
        return {
            "tasks": int(figures["event_loop_tasks"]),
            "descriptors": self.process.num_fds(),
            "database connections": await self.database.fetchval(_CONNECTIONS),
        }

    async def _figures(self) -> Mapping[str, float]:
        url = f"http://127.0.0.1:{self.service.metrics_port}/metrics"
        async with httpx.AsyncClient(trust_env=False, timeout=_LOOK_SECONDS) as client:
            shown = (await client.get(url)).text
        families = text_string_to_metric_families(shown)
        return {sample.name: sample.value for each in families for sample in each.samples}


@dataclass(frozen=True, slots=True)
class Place:
    """Where such a service may be started."""

    dsn: str = field(repr=False)
    settings: Mapping[str, str] = field(repr=False)


async def a_place(stage: Stage, name: str) -> Place:
    """Find the database of this name, or make it beside the stage's own: nothing else is in it."""
    dsn = urlunsplit(urlsplit(stage.dsn)._replace(path=f"/{name}"))
    known = "SELECT 1 FROM pg_database WHERE datname = $1"
    if await stage.database.fetchval(known, name) is None:
        await stage.database.execute(f'CREATE DATABASE "{name}"')
        await asyncio.to_thread(migrations.apply, dsn)
    settings = unlimited_settings(stage.emulator, dsn) | {"CATALOG_WORKERS__IN_SERVER": "true"}
    sizes = "CATALOG_DATABASE__POOL_"  # those that a service has without our settings
    return Place(dsn, {name: settings[name] for name in settings if not name.startswith(sizes)})


@asynccontextmanager
async def alone(stage: Stage, name: str) -> AsyncIterator[Alone]:
    """Serve while the block lasts. Raises ServiceProcessError or TimeoutError."""
    place = await a_place(stage, name)
    async with AsyncExitStack() as stack:
        database = await asyncpg.connect(place.dsn)
        stack.push_async_callback(database.close)
        began = time.perf_counter()
        log = stage.folder / f"{name}.log"
        service = await stack.enter_async_context(service_process(place.settings, log=log))
        await _serving(service.grpc_port)
        took, process = time.perf_counter() - began, psutil.Process(service.process.pid)
        yield Alone(service, database, process, took, cpu_of(process))


async def _serving(port: int) -> None:
    asked = health_pb2.HealthCheckRequest()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        async with asyncio.timeout(_SERVING_SECONDS):
            while (await check(asked)).status != health_pb2.HealthCheckResponse.SERVING:  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.01)
