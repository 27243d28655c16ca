"""The service: what starts after what, and what ends before what."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from catalog.adapters.grpc.server import GrpcServer, GrpcSettings, grpc_server
from catalog.adapters.http.app import health_app, sidecar_app
from catalog.adapters.http.health import HealthEndpoints, Readiness
from catalog.adapters.http.server import HttpServer, HttpSettings, http_server
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.metrics.metric import Measures
from catalog.runtime.background import Background, Loop, in_background
from catalog.runtime.config import Config
from catalog.runtime.container import Container, build
from catalog.runtime.level_reading import level_reading
from catalog.runtime.observability import Telemetry, telemetry
from catalog.runtime.pulse import Pulse
from catalog.runtime.readiness import ServiceReadiness
from catalog.runtime.serving_health import ServingHealth
from catalog.runtime.starting import database_explained, explained, listening, opened_store
from catalog.runtime.workers import BUILDERS, RunningWorkers, WorkersToo, running_workers


@dataclass(frozen=True, slots=True)
class Running:
    """A service that serves."""

    grpc: GrpcServer
    http: HttpServer
    metrics: HttpServer | None
    """None where no address is set."""
    workers: RunningWorkers
    background: Background

    @property
    def ports(self) -> dict[str, int]:
        """The bound ports, by name."""
        ports = {"grpc_port": self.grpc.port, "http_port": self.http.port}
        return ports | ({"metrics_port": self.metrics.port} if self.metrics else {})


@dataclass(frozen=True, slots=True)
class WorkingAlone:
    """A process that works and serves nothing but probes."""

    workers: RunningWorkers
    background: Background


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
        store = await _store(config, stack)
        with explained():
            container = await stack.enter_async_context(build(config, store, told))
        names = tuple(BUILDERS) if config.workers.in_server else ()
        workers = await _working(config, store, told, names, stack)
        readiness = ServiceReadiness(store.pool)
        ready = WorkersToo(readiness, workers)
        with listening("server.http_addr", config.server.http_addr):
            http = await stack.enter_async_context(_http(config, container, ready, told.measures))
        with listening("server.grpc_addr", config.server.grpc_addr):
            grpc = await stack.enter_async_context(_grpc(config, container))
        health = ServingHealth(HealthEndpoints(ready), grpc)
        # Before anybody is told of the ports: nobody hears SERVING who hears otherwise soon after.
        await health.look()
        loops = {
            "health": health.run,
            **_showing(config, store, told, workers, readiness, serving=container),
        }
        background = await stack.enter_async_context(in_background(loops))
        stack.callback(workers.tell_to_stop)
        stack.callback(readiness.drain)
        yield Running(grpc, http, metrics, workers, background)


@asynccontextmanager
async def work(config: Config, names: Sequence[str]) -> AsyncIterator[WorkingAlone]:
    """Run these workers and no server while the block lasts, but for probes. Raises StartError."""
    async with AsyncExitStack() as stack:
        told = await stack.enter_async_context(telemetry(config.telemetry))
        await _metrics("workers.metrics_addr", config.workers.metrics_addr, told, stack)
        store = await _store(config, stack)
        readiness = ServiceReadiness(store.pool)
        workers = await _working(config, store, told, names, stack)
        if config.workers.http_addr:
            app = health_app(WorkersToo(readiness, workers), told.measures)
            with listening("workers.http_addr", config.workers.http_addr):
                await stack.enter_async_context(
                    http_server(app, HttpSettings(config.workers.http_addr, grace_seconds=1))
                )
        loops = _showing(config, store, told, workers, readiness)
        background = await stack.enter_async_context(in_background(loops))
        stack.callback(workers.tell_to_stop)
        stack.callback(readiness.drain)
        yield WorkingAlone(workers, background)


async def _store(config: Config, stack: AsyncExitStack) -> PostgresStore:
    return await stack.enter_async_context(opened_store(config))


async def _working(
    config: Config,
    store: PostgresStore,
    told: Telemetry,
    names: Sequence[str],
    stack: AsyncExitStack,
) -> RunningWorkers:
    with database_explained(), explained():
        return await stack.enter_async_context(running_workers(config, store, told, names))


async def _metrics(
    setting: str, address: str, told: Telemetry, stack: AsyncExitStack
) -> HttpServer | None:
    """Show figures from before the first part starts until after the last one has ended."""
    if not address:
        return None
    with listening(setting, address):
        server = http_server(told.metrics_app(), HttpSettings(address, grace_seconds=1))
        return await stack.enter_async_context(server)


def _showing(
    config: Config,
    store: PostgresStore,
    told: Telemetry,
    workers: RunningWorkers,
    readiness: Readiness,
    *,
    serving: Container | None = None,
) -> dict[str, Loop]:
    """Make the loops that keep the figures up to date."""
    levels = level_reading(config, store, told.measures)
    pulse = Pulse(
        measures=told.measures,
        store=store,
        workers=workers.states,
        components=HealthEndpoints(readiness).components,
        levels_age=levels.age_seconds,
        keys_fresh=serving.callback_keys_fresh if serving else lambda: None,
        places=serving.places if serving else {},
    )
    return {"levels": levels.run, "pulse": pulse.run}


def _http(
    config: Config, container: Container, readiness: Readiness, measures: Measures
) -> AbstractAsyncContextManager[HttpServer]:
    path = config.pubsub.callback_path
    app = sidecar_app(container.callback, readiness, path, measures)
    grace = max(1, round(config.server.shutdown_grace_seconds / 4))
    return http_server(app, HttpSettings(config.server.http_addr, grace_seconds=grace))


def _grpc(config: Config, container: Container) -> AbstractAsyncContextManager[GrpcServer]:
    settings = GrpcSettings(
        config.server.grpc_addr,
        grace_seconds=config.server.shutdown_grace_seconds * 3 / 4,
        connection_age_seconds=config.server.connection_age_seconds,
        reflection=config.server.reflection,
        serving=False,  # ServingHealth looks before it is said
    )
    return grpc_server(settings, container.guard, container.uploads, container.videos)


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
            parts.create_task(running.background.watch(), name="background"),
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
        watchers = [
            parts.create_task(running.workers.watch(), name="workers"),
            parts.create_task(running.background.watch(), name="background"),
        ]
        started(running.workers)
        await stop.wait()
        for watcher in watchers:
            watcher.cancel()
