"""Upkeep as people run it: a process that works until it is told to stop."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from catalog.devstack.stack import service_settings
from catalog.domain.upload import UploadStatus
from tests.support.commands import task
from tests.support.upkeep_site import Site
from tests.support.waiting import until

FAST = {
    "CATALOG_REAPER__INTERVAL_SECONDS": "0.05",
    "CATALOG_GC__DELETION_INTERVAL_SECONDS": "0.05",
    "CATALOG_GC__WAITING_AFTER_MINUTES": "0",
}


@asynccontextmanager
async def process(name: str, site: Site, dsn: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The task at its work of upkeep on the site, in quick rounds."""
    environment = service_settings(site.emulator, dsn) | FAST
    async with task(name, environment) as running:
        yield running


async def told(running: asyncio.subprocess.Process) -> str:
    """Stop it in order; return what it logged."""
    running.send_signal(signal.SIGTERM)
    _, log = await asyncio.wait_for(running.communicate(), 30)
    assert running.returncode == 0, log
    return log.decode()


async def test_the_reaper_reaps_until_it_is_told_to_stop(site: Site, database: str) -> None:
    upload = await site.upload()
    await site.end_sessions()

    async def expired() -> bool:
        return (await site.now(upload)).status is UploadStatus.FAILED

    async with process("reaper", site, database) as running:
        await until(expired)
        log = await told(running)
    assert "sessions_reaped" in log
    assert database not in log


async def test_gc_deletes_sweeps_and_prunes_until_it_is_told_to_stop(
    site: Site, database: str
) -> None:
    lost, cancelled = await site.upload(), await site.upload()
    site.put(lost)
    await site.upkeep.cancel(cancelled)
    site.put(cancelled)
    await site.pool.execute(
        "INSERT INTO catalog.inbox_events (source, dedup_key, actor, received_at)"
        " VALUES ('gcs', 'old', 'push', now() - interval '32 days')"
    )

    async def done() -> bool:
        pruned = await site.ledger.inbox("old") is None
        return pruned and site.live(cancelled.ref) is None and await completed()

    async def completed() -> bool:
        return (await site.now(lost)).status is UploadStatus.COMPLETED

    async with process("gc", site, database) as running:
        await until(done)
        log = await told(running)
    assert "records_pruned" in log
    assert "swept" in log
