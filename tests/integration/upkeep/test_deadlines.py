"""When the session deadline passes: what is there decides, and late bytes still count."""

import asyncio
from dataclasses import replace

from catalog.application.reap_sessions import ReapPolicy
from catalog.domain.upload import FailureCode, UploadStatus
from catalog.emulator.faults import StorageError
from tests.support.upkeep_site import Site


async def test_with_nothing_there_it_expires(site: Site) -> None:
    upload = await site.upload()
    await site.end_sessions()
    assert (await site.upkeep.reap()).tally.counts == {"expired": 1}
    after = await site.now(upload)
    assert (after.status, after.error_code) == (UploadStatus.FAILED, FailureCode.SESSION_EXPIRED)
    assert await site.events_of(upload) == ["video.upload.expired"]


async def test_with_the_right_bytes_it_completes(site: Site) -> None:
    upload = await site.upload()
    generation = site.put(upload)
    await site.end_sessions()
    assert (await site.upkeep.reap()).tally.counts == {"completed": 1}
    assert (await site.now(upload)).generation == generation
    assert await site.events_of(upload) == ["video.upload.completed"]


async def test_with_wrong_bytes_it_is_a_mismatch_and_they_are_collected(site: Site) -> None:
    upload = await site.upload()
    site.put(upload, wrong=True)
    await site.end_sessions()
    await site.upkeep.reap()
    assert (await site.now(upload)).error_code is FailureCode.MD5_MISMATCH
    assert await site.work_off_deletions() == 1
    assert site.live(upload.ref) is None
    assert await site.events_of(upload) == ["video.upload.failed"]


async def test_bytes_that_come_after_it_expired_complete_it(site: Site) -> None:
    upload = await site.upload()
    await site.end_sessions()
    await site.upkeep.reap()
    site.put(upload)
    assert await site.upkeep.finalize_live(upload) == "completed"
    assert await site.events_of(upload) == ["video.upload.expired", "video.upload.completed"]
    assert await site.without_object() == []


async def test_bytes_that_come_after_a_cancel_are_deleted_by_generation(site: Site) -> None:
    upload = await site.upload()
    await site.upkeep.cancel(upload)
    generation = site.put(upload)
    assert await site.upkeep.finalize_live(upload) == "rejected"
    await site.work_off_deletions()
    assert site.live(upload.ref) is None
    after = await site.now(upload)
    assert (after.status, after.error_code) == (UploadStatus.FAILED, FailureCode.CANCELLED)
    [tombstone] = await site.ledger.tombstones(upload.ref)
    assert (tombstone.generation, tombstone.deleted) == (generation, True)
    assert await site.events_of(upload) == ["video.upload.cancelled"]


async def test_so_they_are_after_a_cancel_of_what_had_failed(site: Site) -> None:
    upload = await site.upload()
    await site.end_sessions()
    await site.upkeep.reap()
    await site.upkeep.cancel(upload)
    site.put(upload)
    assert await site.upkeep.finalize_live(upload) == "rejected"
    await site.work_off_deletions()
    assert site.live(upload.ref) is None
    assert (await site.now(upload)).error_code is FailureCode.CANCELLED
    assert await site.events_of(upload) == ["video.upload.expired"]


async def test_a_generation_that_replaced_the_rejected_one_is_not_its_deletions(
    site: Site,
) -> None:
    upload = await site.upload()
    await site.upkeep.cancel(upload)
    site.put(upload)
    await site.upkeep.finalize_live(upload)
    newer = site.put(upload)
    await site.work_off_deletions()
    assert site.live(upload.ref) == newer


async def test_several_reapers_reap_each_upload_once(site: Site) -> None:
    uploads = [await site.upload() for _ in range(30)]
    for upload in uploads[::3]:
        site.put(upload)
    await site.end_sessions()
    reaped = await asyncio.gather(*(site.upkeep.reap(batch=8) for _ in range(6)))
    assert sum(each.claimed for each in reaped) == 30
    for upload in uploads:
        assert len(site.emulator.requests.entries("stat", upload.ref.name)) == 1
        assert len(await site.events_of(upload)) == 1
    tallies = [each.tally["completed"] for each in reaped]
    assert sum(tallies) == 10


async def test_a_look_that_fails_leaves_that_upload_for_later_and_no_other(site: Site) -> None:
    uploads = [await site.upload() for _ in range(3)]
    broken = uploads[1]
    site.emulator.faults.set(StorageError(status=400, operation="stat", object=broken.ref.name))
    await site.end_sessions()
    reaper = replace(site.upkeep.reaper(), policy=ReapPolicy(lease=ReapPolicy().lease * 0))
    assert (await reaper()).tally.counts == {"expired": 2, "skipped.STORAGE_UNAVAILABLE": 1}
    assert (await site.now(broken)).status is UploadStatus.PENDING
    site.emulator.faults.clear()
    assert (await reaper()).tally.counts == {"expired": 1}


async def test_an_init_during_the_look_moves_the_deadline_and_that_counts(site: Site) -> None:
    upload = await site.upload()
    await site.end_sessions()
    policy = ReapPolicy()
    async with site.upkeep.store.autocommit() as statements:
        [due] = await statements.endings.claim_expired(policy.margin, policy.lease, 1)
    await site.upkeep.init(upload.user_id, upload.md5)
    assert await site.upkeep.reaper()._expire(due.upload_id) == "deadline_moved"
    assert (await site.now(upload)).status is UploadStatus.PENDING
