"""The service: what starts after what, and what ends before what."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass

import asyncpg

from catalog.adapters.gcs.key_signer import SigningKeyError
from catalog.adapters.grpc.server import GrpcServer, GrpcSettings, grpc_server
from catalog.adapters.http.app import health_app, sidecar_app
from catalog.adapters.http.health import Readiness
from catalog.adapters.http.server import HttpServer, HttpSettings, http_server
from catalog.adapters.postgres.pool import DatabaseSetupError, open_pool
from catalog.runtime import migrations
from catalog.runtime.config import Config
from catalog.runtime.container import Container, build, pool_settings
from catalog.runtime.observability import Telemetry, telemetry
from catalog.runtime.readiness import ServiceReadiness
from catalog.runtime.workers import BUILDERS, RunningWorkers, WorkersToo, running_workers


class StartError(Exception):
    """The service cannot start; the message says why and what to do, without secrets."""


@dataclass(frozen=True, slots=True)
class Running:
    """A service that serves."""

    grpc: GrpcServer
    http: HttpServer
    metrics: HttpServer | None
    """None where no address is set."""
    workers: RunningWorkers

    @property
    def ports(self) -> dict[str, int]:
        """The bound ports, by name."""
        ports = {"grpc_port": self.grpc.port, "http_port": self.http.port}
        return ports | ({"metrics_port": self.metrics.port} if self.metrics else {})


@asynccontextmanager
async def service(config: Config) -> AsyncIterator[Running]:
    """Serve while the block lasts. Raises StartError.

    Left in the reverse order of entry: readiness goes dark and health says
    NOT_SERVING, gRPC calls finish, then pushes, while the workers finish what they
    are at, and the pool closes last.
    """
    async with AsyncExitStack() as stack:
        told = await stack.enter_async_context(telemetry(config.telemetry))
        metrics = await _metrics("server.metrics_addr", config.server.metrics_addr, told, stack)
        with _database_explained():
            pool = await stack.enter_async_context(open_pool(pool_settings(config)))
            await _require_schema(pool)
        with _explained():
            container = await stack.enter_async_context(build(config, pool, told))
        names = tuple(BUILDERS) if config.workers.in_server else ()
        workers = await _working(config, pool, told, names, stack)
        readiness = ServiceReadiness(pool)
        with _listening("server.http_addr", config.server.http_addr):
            http = await stack.enter_async_context(
                _http(config, container, WorkersToo(readiness, workers))
            )
        with _listening("server.grpc_addr", config.server.grpc_addr):
            grpc = await stack.enter_async_context(_grpc(config, container))
        stack.callback(workers.tell_to_stop)
        stack.callback(readiness.drain)
        yield Running(grpc, http, metrics, workers)


@asynccontextmanager
async def work(config: Config, names: Sequence[str]) -> AsyncIterator[RunningWorkers]:
    """Run these workers and no server while the block lasts, but for probes. Raises StartError."""
    async with AsyncExitStack() as stack:
        told = await stack.enter_async_context(telemetry(config.telemetry))
        await _metrics("workers.metrics_addr", config.workers.metrics_addr, told, stack)
        with _database_explained():
            pool = await stack.enter_async_context(open_pool(pool_settings(config)))
            await _require_schema(pool)
        readiness = ServiceReadiness(pool)
        workers = await _working(config, pool, told, names, stack)
        if config.workers.http_addr:
            app = health_app(WorkersToo(readiness, workers))
            with _listening("workers.http_addr", config.workers.http_addr):
                await stack.enter_async_context(
                    http_server(app, HttpSettings(config.workers.http_addr, grace_seconds=1))
                )
        stack.callback(workers.tell_to_stop)
        stack.callback(readiness.drain)
        yield workers


async def _working(
    config: Config,
    pool: "asyncpg.Pool[asyncpg.Record]",
    told: Telemetry,
    names: Sequence[str],
    stack: AsyncExitStack,
) -> RunningWorkers:
    with _database_explained(), _explained():
        return await stack.enter_async_context(running_workers(config, pool, told, names))


async def _metrics(
    setting: str, address: str, told: Telemetry, stack: AsyncExitStack
) -> HttpServer | None:
    """Show figures from before the first part starts until after the last one has ended."""
    if not address:
        return None
    with _listening(setting, address):
        server = http_server(told.metrics_app(), HttpSettings(address, grace_seconds=1))
        return await stack.enter_async_context(server)


def _http(
    config: Config, container: Container, readiness: Readiness
) -> AbstractAsyncContextManager[HttpServer]:
    app = sidecar_app(container.callback, readiness, config.pubsub.callback_path)
    grace = max(1, round(config.server.shutdown_grace_seconds / 4))
    return http_server(app, HttpSettings(config.server.http_addr, grace_seconds=grace))


def _grpc(config: Config, container: Container) -> AbstractAsyncContextManager[GrpcServer]:
    settings = GrpcSettings(
        config.server.grpc_addr,
        grace_seconds=config.server.shutdown_grace_seconds * 3 / 4,
        reflection=config.server.reflection,
    )
    return grpc_server(settings, container.guard, container.uploads, container.videos)


async def _require_schema(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    missing = await migrations.missing(pool)
    if missing:
        raise StartError(f"the database lacks migrations {', '.join(missing)}: run catalog migrate")


@contextmanager
def _database_explained() -> Iterator[None]:
    """Say what kept us from the database, in one line without hosts, names or values."""
    try:
        yield
    except DatabaseSetupError as error:
        raise StartError(str(error)) from None
    # The driver quotes parts of an address that it cannot read.
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise StartError(
            f"the database cannot be used ({type(error).__name__}): check DATABASE_URL"
        ) from None


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the adapters refuse into one line."""
    try:
        yield
    except (SigningKeyError, ValueError) as error:
        raise StartError(f"cannot start: {error}") from None


@contextmanager
def _listening(setting: str, address: str) -> Iterator[None]:
    """Name the address that cannot be had; RuntimeError is gRPC's way to say so."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "in use?"
        raise StartError(f"{setting}: cannot listen on {address} ({why})") from None


async def serve(
    config: Config, stop: asyncio.Event, started: Callable[[Running], None] | None = None
) -> None:
    """Serve until `stop` is set; a part that ends by itself ends everything.

    Raises StartError, or an ExceptionGroup of what ended a part.
    """
    async with service(config) as running, asyncio.TaskGroup() as parts:
        watchers = [
            parts.create_task(running.grpc.watch(), name="grpc"),
            parts.create_task(running.http.watch(), name="http"),
            parts.create_task(running.workers.watch(), name="workers"),
        ]
        if running.metrics is not None:
            watchers.append(parts.create_task(running.metrics.watch(), name="metrics"))
        if started is not None:
            started(running)
        await stop.wait()
        for watcher in watchers:
            watcher.cancel()


async def serve_workers(
    config: Config,
    names: Sequence[str],
    stop: asyncio.Event,
    started: Callable[[RunningWorkers], None],
) -> None:
    """Run these workers until `stop` is set; one that ends by itself ends everything.

    Raises as `serve` does.
    """
    async with work(config, names) as running, asyncio.TaskGroup() as parts:
        watcher = parts.create_task(running.watch(), name="workers")
        started(running)
        await stop.wait()
        watcher.cancel()
