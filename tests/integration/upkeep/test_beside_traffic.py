"""Upkeep takes nothing that somebody is using, and nobody waits for it."""

import asyncio
from datetime import timedelta

import pytest

from catalog.application.prune_records import Pruned, PruneRecords
from catalog.application.records import HistoryEntry
from catalog.domain.retention import Retention
from catalog.domain.upload import Decision, Upload, UploadStatus
from tests.support.upkeep_site import Site

DAY = timedelta(days=1)
NOT_LONG = 12
"""Seconds; who waits for a lock waits for more than that."""
RETENTION = Retention(
    inbox=31 * DAY,
    quarantine=31 * DAY,
    history=400 * DAY,
    failed_uploads=30 * DAY,
    session_margin=timedelta(minutes=15),
    tombstones=31 * DAY,
)
PRUNED = HistoryEntry("gc", "prune", Decision.NOOP)


async def over(site: Site) -> Upload:
    """Make a failed upload of last year, with everything that belongs to it."""
    upload = await site.upload()
    await site.upkeep.cancel(upload)
    site.put(upload)
    await site.upkeep.finalize_live(upload)
    await site.work_off_deletions()
    async with site.pool.acquire() as connection, connection.transaction():
        # The trigger would say that the row was changed just now.
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "UPDATE catalog.uploads SET session_expires_at = now() - interval '1 year',"
            " updated_at = now() - interval '1 year' WHERE upload_id = $1",
            upload.upload_id,
        )
    await site.pool.execute("UPDATE catalog.inbox_events SET received_at = now() - '1 y'::interval")
    await site.pool.execute(
        "UPDATE catalog.object_deletions SET deleted_at = now() - '1 y'::interval"
    )
    return upload


async def pruned(site: Site) -> Pruned:
    async with asyncio.timeout(NOT_LONG):
        return await PruneRecords(site.upkeep.store, RETENTION)()


async def test_what_an_init_has_locked_is_not_pruned_and_not_waited_for(site: Site) -> None:
    upload = await over(site)
    async with site.upkeep.store.transaction() as statements:
        assert await statements.uploads.lock_by_user_md5(upload.user_id, upload.md5)
        assert (await pruned(site)).uploads == 0
    assert await pruned(site) == Pruned(inbox=0, uploads=1, tombstones=1)


async def test_what_a_callback_claims_is_not_pruned_and_not_waited_for(site: Site) -> None:
    await over(site)
    async with site.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM catalog.inbox_events FOR UPDATE")
        assert (await pruned(site)).inbox == 0
    assert (await pruned(site)).inbox == 1


async def test_an_init_that_meets_the_pruning_of_its_upload_makes_a_new_one(site: Site) -> None:
    upload = await over(site)
    async with site.upkeep.store.transaction() as statements:
        assert await statements.pruning.failed_uploads(30 * DAY, DAY, PRUNED, 10) == 1
        init = asyncio.create_task(site.upkeep.init(upload.user_id, upload.md5))
        await asyncio.wait([init], timeout=0.2)
        assert not init.done()
    again = await init
    assert again.upload_id != upload.upload_id
    assert (again.status, again.attempt) == (UploadStatus.PENDING, 1)


async def test_two_prunings_at_once_remove_each_row_once(site: Site) -> None:
    for _ in range(6):
        await over(site)
    both = await asyncio.gather(pruned(site), pruned(site))
    assert sum(each.uploads for each in both) == 6
    assert sum(each.inbox for each in both) == 6


async def test_a_reaper_leaves_an_upload_that_is_being_used(site: Site) -> None:
    used, idle = await site.upload(), await site.upload()
    await site.end_sessions()
    async with site.upkeep.store.transaction() as statements:
        assert await statements.uploads.lock(used.user_id, used.upload_id)
        async with asyncio.timeout(NOT_LONG):
            assert (await site.upkeep.reap()).claimed == 1
    assert (await site.now(idle)).status is UploadStatus.FAILED
    assert (await site.upkeep.reap()).claimed == 1


@pytest.mark.parametrize("lease", [timedelta(0), timedelta(minutes=2)])
async def test_the_look_at_the_bucket_holds_no_lock(site: Site, lease: timedelta) -> None:
    """While a claimed upload is looked at, its owner goes on."""
    upload = await site.upload()
    await site.end_sessions()
    async with site.upkeep.store.autocommit() as statements:
        [claimed] = await statements.endings.claim_expired(timedelta(0), lease, 10)
    async with asyncio.timeout(NOT_LONG):
        renewed = await site.upkeep.init(upload.user_id, upload.md5)
    assert renewed.upload_id == claimed.upload_id
    assert renewed.session_expires_at > claimed.session_expires_at
