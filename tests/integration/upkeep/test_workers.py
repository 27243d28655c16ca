"""The workers of upkeep at work: side by side, through faults, until they are told to stop."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from catalog.adapters.gcs.object_store import BucketObjects
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.upkeep_store import UpkeepStatements, UpkeepStore
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.emulator.faults import StorageError
from catalog.runtime.upkeep_workers import UPKEEP_BUILDERS
from catalog.runtime.workers import BUILDERS, RunningWorkers, WorkerSite, running_workers
from tests.support.service import service_config
from tests.support.untold import untold
from tests.support.upkeep_site import Site
from tests.support.waiting import SECONDS

SOON_SECONDS = 20
"""More than a busy machine takes; a worker that does not listen goes on for ever."""

FAST: dict[str, dict[str, Any]] = {
    "reaper": {"interval_seconds": 0.05, "lease_seconds": 0.2},
    "gc": {
        "deletion_interval_seconds": 0.05,
        "retry_seconds": 0.05,
        "waiting_after_minutes": 0,
        "waiting_interval_seconds": 0.1,
        "bucket_interval_hours": 0.0001,
    },
    "retention": {"interval_seconds": 0.1},
    "outbox": {"prune_every_seconds": 0.1},
}


@dataclass(frozen=True, slots=True)
class Replica:
    workers: RunningWorkers
    site: Site

    async def until(self, happened: Callable[[], Awaitable[bool]]) -> None:
        """Wait for it, or fail and say in which states the workers are."""
        deadline = time.monotonic() + SECONDS
        while not await happened():
            assert time.monotonic() < deadline, self.workers.states()
            await asyncio.sleep(0.02)

    async def until_status(self, upload: Upload, status: UploadStatus) -> Upload:
        async def is_so() -> bool:
            return (await self.site.now(upload)).status is status

        await self.until(is_so)
        return await self.site.now(upload)


@asynccontextmanager
async def replica(site: Site, database: str, *names: str, **gc: Any) -> AsyncIterator[Replica]:
    changes = {**FAST, "gc": {**FAST["gc"], **gc}}
    config = service_config(site.emulator, database, changes)
    names = names or tuple(UPKEEP_BUILDERS)
    async with running_workers(config, PostgresStore(site.pool, 5), untold(), names) as workers:
        yield Replica(workers, site)


async def test_all_of_upkeep_runs_side_by_side_in_two_replicas(site: Site, database: str) -> None:
    waiting, silent, cancelled = [await site.upload() for _ in range(3)]
    site.put(waiting)
    await site.end_sessions(silent)
    await site.upkeep.cancel(cancelled)
    site.put(cancelled)
    async with replica(site, database) as first, replica(site, database):
        await first.until_status(waiting, UploadStatus.COMPLETED)
        after = await first.until_status(silent, UploadStatus.FAILED)
        assert after.error_code is FailureCode.SESSION_EXPIRED

        async def gone() -> bool:
            return site.live(cancelled.ref) is None

        await first.until(gone)
        states = first.workers.states
        await first.until(lambda: _all_ok(states()))
    assert await site.events_of(waiting) == ["video.upload.completed"]
    assert await site.events_of(silent) == ["video.upload.expired"]


async def _all_ok(states: Any) -> bool:
    return dict(states) == dict.fromkeys(UPKEEP_BUILDERS, "ok")


async def test_an_outage_of_storage_ends_with_the_outage(site: Site, database: str) -> None:
    upload = await site.upload()
    await site.upkeep.cancel(upload)
    site.put(upload)
    await site.upkeep.finalize_live(upload)
    site.emulator.faults.set(StorageError(status=400))
    async with replica(site, database, "deletions") as one:

        async def failed() -> bool:
            query = "SELECT count(*) FROM catalog.object_deletions WHERE attempts > 0"
            return bool(await site.pool.fetchval(query))

        await one.until(failed)
        site.emulator.faults.clear()

        async def gone() -> bool:
            return site.live(upload.ref) is None

        await one.until(gone)


async def test_orphans_are_deleted_only_where_that_is_set(site: Site, database: str) -> None:
    with site.long_ago():
        ref, _ = site.put_orphan()
    upload = await site.upload()
    site.put(upload)

    async def swept() -> bool:
        query = "SELECT count(*) FROM catalog.sweep_progress WHERE outcome = 'finished'"
        return bool(await site.pool.fetchval(query) == 2)

    async with replica(site, database, "bucket_sweep", max_orphan_fraction=0.5) as one:
        await one.until(swept)
    assert site.live(ref) is not None
    choice = {"delete_orphans": True, "max_orphan_fraction": 0.5}
    async with replica(site, database, "bucket_sweep", **choice) as one:

        async def gone() -> bool:
            return site.live(ref) is None

        await one.until(gone)
    assert (await site.now(upload)).status is UploadStatus.COMPLETED


class Breaking:
    """A store with a bug that shows twice."""

    def __init__(self, store: UpkeepStore) -> None:
        self.left = 2
        self._store = store

    def autocommit(self) -> AbstractAsyncContextManager[UpkeepStatements]:
        self.left -= 1
        if self.left >= 0:
            raise RuntimeError("postgresql://user:secret@host")
        return self._store.autocommit()

    def transaction(self) -> AbstractAsyncContextManager[UpkeepStatements]:
        return self._store.transaction()


@pytest.mark.parametrize("name", ["reaper", "outbox_pruning"])
async def test_a_fault_that_nobody_foresaw_ends_its_round_and_not_the_worker(
    site: Site, database: str, name: str
) -> None:
    upload = await site.upload()
    await site.end_sessions()
    broken: Any = Breaking(site.upkeep.store)
    journal = Journal()
    config = service_config(site.emulator, database, FAST)
    objects = BucketObjects(project_id="x", endpoint=site.emulator.url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(objects.aclose)
        wired = WorkerSite(config, broken, objects, stack, journal, untold())
        workers = RunningWorkers([await BUILDERS[name](wired)], asyncio.Event())
        assert workers.states() == {name: "stalled"}

        async def well() -> bool:
            return workers.states() == {name: "ok"}

        await Replica(workers, site).until(well)
        if name == "reaper":
            await Replica(workers, site).until_status(upload, UploadStatus.FAILED)
        await workers.end(5)
    told = [facts for event, facts in journal.told if event == "worker_round_broken"]
    assert [each["error_types"] for each in told] == ["builtins.RuntimeError"] * 2
    assert "secret" not in str(journal.told)


class Journal:
    """What people are told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, object]]] = []

    def info(self, event: str, **facts: object) -> None:
        self.told.append((event, facts))

    warning = info


@pytest.mark.parametrize("name", sorted(UPKEEP_BUILDERS))
async def test_every_worker_ends_soon_after_it_is_told_to(
    site: Site, database: str, name: str
) -> None:
    async with replica(site, database, name) as one:
        watch = asyncio.create_task(one.workers.watch())
        await one.until(lambda: _is(one, "ok"))
        assert not watch.done()
        one.workers.tell_to_stop()
        await asyncio.wait([watch], timeout=SOON_SECONDS)
        assert watch.done()


async def _is(one: Replica, state: str) -> bool:
    return set(one.workers.states().values()) == {state}
