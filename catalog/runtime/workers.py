"""Work in the background: who does it, and how it runs beside servers or alone."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from catalog.adapters.gcs.object_store import BucketObjects
from catalog.adapters.http.health import OK, Readiness
from catalog.adapters.postgres.relay_sessions import PostgresRelaySessions, RelaySessionSettings
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.faults import describe_fault
from catalog.application.outbox_ports import RelaySessionLostError
from catalog.application.outbox_pruning import PruneOutbox
from catalog.application.relay_outbox import RelayOutbox
from catalog.application.relay_policy import RelayPolicy
from catalog.application.tracing import Tracing
from catalog.application.worker import Journal, WorkerHealth
from catalog.runtime.config import Config
from catalog.runtime.late_publisher import ClosablePublisher, LatePublisher
from catalog.runtime.observability import Telemetry
from catalog.runtime.sweeping import bucket_objects
from catalog.runtime.upkeep_workers import UPKEEP_BUILDERS, periodic

_STALLED = "stalled"
_CANCEL_SECONDS = 5.0


class Worker(Protocol):
    """Works until it is told to stop; several of a kind may run anywhere."""

    @property
    def name(self) -> str: ...  # noqa: D102 - as it is called in settings, logs and /readyz
    @property
    def health(self) -> WorkerHealth: ...  # noqa: D102

    async def run(self, stop: asyncio.Event) -> None:
        """Return soon after `stop` is set, with nothing left half done; raise when broken."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerSite:
    """What workers are built from. What the stack is given outlives them."""

    config: Config
    store: PostgresStore
    objects: BucketObjects
    stack: AsyncExitStack
    journal: Journal
    telemetry: Telemetry


WorkerBuilder = Callable[[WorkerSite], Awaitable[Worker]]


async def _relay(site: WorkerSite) -> Worker:
    database, outbox = site.config.database, site.config.outbox
    sessions = PostgresRelaySessions(
        RelaySessionSettings(
            url=database.direct_dsn(),
            session_timeout=outbox.session_timeout_seconds,
            connect_timeout=database.connect_timeout_seconds,
            command_timeout=database.command_timeout_seconds,
            statement_timeout=database.statement_timeout_seconds,
        )
    )
    await _refuse_a_pooler(sessions)
    policy = RelayPolicy(
        max_attempts=outbox.max_attempts,
        backoff=outbox.backoff_seconds,
        backoff_max=outbox.backoff_max_seconds,
        poll_min=outbox.poll_min_seconds,
        poll_max=outbox.poll_max_seconds,
        max_in_flight=outbox.max_in_flight,
        batch_size=outbox.batch_size,
        publish_timeout=outbox.publish_timeout_seconds * 1.5,
        drain=outbox.drain_seconds,
        heartbeat=outbox.session_timeout_seconds / 3,
    )
    publisher = _publisher(site.config, site.telemetry.tracing)
    site.stack.push_async_callback(publisher.aclose)
    return RelayOutbox(sessions, publisher, policy, site.journal, site.telemetry.measures)


async def _refuse_a_pooler(sessions: PostgresRelaySessions) -> None:
    """Let an address that cannot hold locks end the start; a database that is away may return."""
    try:
        async with sessions.open():
            pass
    except RelaySessionLostError:
        return


def _publisher(config: Config, tracing: Tracing) -> LatePublisher:
    """Raise ValueError when it is not known where events go."""
    project = config.pubsub.project_id or config.gcs.project_id
    if not project:
        raise ValueError("pubsub.project_id: must be set")

    def make() -> ClosablePublisher:
        from catalog.adapters.pubsub.publisher import (  # noqa: PLC0415 - heavy
            GLOBAL_ENDPOINT,
            PubsubPublisher,
        )

        scheme, _, address = config.pubsub.endpoint.partition("://")
        return PubsubPublisher(
            f"projects/{project}/topics/{config.pubsub.events_topic}",
            emulator=address if scheme == "http" else None,
            endpoint=address or GLOBAL_ENDPOINT,
            deadline_seconds=config.outbox.publish_timeout_seconds,
            tracing=tracing,
        )

    return LatePublisher(make)


async def _outbox_pruning(site: WorkerSite) -> Worker:
    outbox, journal, measures = site.config.outbox, site.journal, site.telemetry.measures
    keep = timedelta(days=outbox.retention_days)
    prune = PruneOutbox(site.store, keep, outbox.prune_batch_size, measures)

    async def work(stop: asyncio.Event) -> bool:
        if deleted := await prune(stop):
            journal.info("outbox_pruned", events=deleted)
        return False

    return periodic(site, "outbox_pruning", work, outbox.prune_every_seconds)


BUILDERS: Mapping[str, WorkerBuilder] = {
    "outbox": _relay,
    "outbox_pruning": _outbox_pruning,
    **UPKEEP_BUILDERS,
}
"""All workers by name. One that is added here runs in the server, if any do."""


class RunningWorkers:
    """Workers at work; their owner watches them and leaves their context."""

    def __init__(self, workers: Sequence[Worker], stop: asyncio.Event) -> None:
        self._stop = stop
        self._workers = workers
        self._tasks = {
            asyncio.create_task(worker.run(stop), name=worker.name): worker for worker in workers
        }
        self._log = structlog.get_logger(component="workers").bind()

    def states(self) -> Mapping[str, str]:
        """Map each worker's name to `ok` or a word on what it lacks."""
        now = time.monotonic()
        return {
            worker.name: OK if worker.health.healthy(now) else _STALLED for worker in self._workers
        }

    async def watch(self) -> None:
        """Raise what a worker raised, or RuntimeError if one just ended; else never return."""
        if not self._tasks:
            await asyncio.Event().wait()
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if self._stop.is_set():
                return
            task.result()
            raise RuntimeError(f"worker {task.get_name()} ended without being asked to")

    def tell_to_stop(self) -> None:
        """Let every worker finish what it is at, in its own time."""
        self._stop.set()

    async def end(self, grace_seconds: float) -> None:
        """Wait for workers that were told to stop; cancel those that take too long."""
        self.tell_to_stop()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in late:
            self._log.warning("worker_cancelled", worker=task.get_name())
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_CANCEL_SECONDS)
        for task in self._tasks:
            if task.done() and not task.cancelled() and (fault := task.exception()):
                self._log.error("worker_failed", worker=task.get_name(), **describe_fault(fault))


@asynccontextmanager
async def running_workers(
    config: Config, store: PostgresStore, told: Telemetry, names: Sequence[str]
) -> AsyncIterator[RunningWorkers]:
    """Run these workers while the block lasts.

    Raises ValueError and DatabaseSetupError for settings that cannot work.
    """
    async with AsyncExitStack() as stack:
        journal: Journal = structlog.get_logger(component="workers").bind()
        objects = await stack.enter_async_context(bucket_objects(config))
        site = WorkerSite(config, store, objects, stack, journal, told)
        running = RunningWorkers([await BUILDERS[name](site) for name in names], asyncio.Event())
        try:
            yield running
        finally:
            await running.end(config.server.shutdown_grace_seconds)


class WorkersToo:
    """Readiness of a process that has workers beside everything else."""

    def __init__(self, readiness: Readiness, workers: RunningWorkers) -> None:
        self._readiness = readiness
        self._workers = workers

    async def check(self) -> Mapping[str, str]:
        """Map each component and each worker to `ok` or a word on what it lacks."""
        return {**await self._readiness.check(), **self._workers.states()}
