"""Which uploads hold which video."""

import uuid
from dataclasses import replace

import pytest

from catalog.application.records import HistoryEntry
from catalog.application.store import ConcurrentChangeError
from catalog.domain.upload import Decision, UploadStatus
from catalog.domain.values import UploadId, VideoId
from tests.contract.subject import MADE, Subject
from tests.support.builders import a_user

BIND = HistoryEntry("user", "bind", Decision.REPLACE, {"video_id": "it"})
TAKEN = HistoryEntry("user", "bind", Decision.NOOP, {"video_taken": "it"})


async def test_binding_sets_the_video_and_tells_the_history(subject: Subject) -> None:
    before = await subject.upload()
    video = await subject.video(user_id=before.user_id)
    async with subject.store.transaction() as statements:
        after = await statements.uploads.bind_upload_to_video(before, video.video_id, BIND)
    assert after.video_id == video.video_id
    assert after.version == before.version + 1
    assert await subject.ledger.upload(before.upload_id) == after
    assert await subject.ledger.history(before.upload_id) == [MADE, BIND]


async def test_binding_a_row_that_changed_meanwhile_fails(subject: Subject) -> None:
    before = await subject.upload()
    video = await subject.video(user_id=before.user_id)
    stale = replace(before, version=before.version + 1)
    with pytest.raises(ConcurrentChangeError):
        async with subject.store.transaction() as statements:
            await statements.uploads.bind_upload_to_video(stale, video.video_id, BIND)
    assert await subject.ledger.upload(before.upload_id) == before


@pytest.mark.parametrize("ended", ["failed", "completed"])
async def test_binding_an_ended_upload_fails(subject: Subject, ended: str) -> None:
    before = await (subject.failed_upload() if ended == "failed" else subject.completed_upload())
    video = await subject.video(user_id=before.user_id)
    with pytest.raises(ConcurrentChangeError):
        async with subject.store.transaction() as statements:
            await statements.uploads.bind_upload_to_video(before, video.video_id, BIND)
    assert await subject.ledger.upload(before.upload_id) == before


async def test_locks_cover_the_upload_and_all_that_hold_the_video(subject: Subject) -> None:
    user = a_user()
    video = await subject.video(user_id=user)
    holders = [await subject.upload(user=user, video=video) for _ in range(3)]
    mine = await subject.upload(user=user)
    await subject.upload(user=user)
    async with subject.store.transaction() as statements:
        locked = await statements.uploads.lock_for_binding(user, mine.upload_id, video.video_id)
    assert [each.upload for each in locked] == sorted(
        [*holders, mine], key=lambda each: each.upload_id
    )
    assert {each.at for each in locked} == {locked[0].at}


async def test_locks_leave_out_what_is_somebody_elses(subject: Subject) -> None:
    video = await subject.video()
    theirs = await subject.upload(video=video)
    async with subject.store.transaction() as statements:
        locked = await statements.uploads.lock_for_binding(
            a_user(), theirs.upload_id, video.video_id
        )
    assert list(locked) == []


async def test_only_holders_of_the_user_are_named(subject: Subject) -> None:
    video = await subject.video()
    holder = await subject.upload(video=video)
    await subject.upload(video=video)
    await subject.upload()
    async with subject.store.transaction() as statements:
        uploads = statements.uploads
        held_by = await uploads.holders_of_video(holder.user_id, video.video_id)
        held_by_none = await uploads.holders_of_video(holder.user_id, VideoId(uuid.uuid4()))
    assert list(held_by) == [holder.upload_id]
    assert list(held_by_none) == []


async def test_failed_uploads_give_a_video_up_and_tell_their_history(subject: Subject) -> None:
    video = await subject.video()
    failed = await subject.failed_upload(video=video)
    before = await subject.forced(failed, UploadStatus.FAILED, failed.error_code)
    async with subject.store.transaction() as statements:
        assert await statements.uploads.release_video([before.upload_id], TAKEN) == 1
    after = await subject.ledger.upload(before.upload_id)
    assert after.video_id is None
    assert after.version == before.version + 1
    assert (await subject.ledger.history(before.upload_id))[-1] == TAKEN


async def test_waiting_and_completed_uploads_keep_their_video(subject: Subject) -> None:
    video = await subject.video()
    holders = [await subject.upload(video=video), await subject.completed_upload()]
    named = [*(each.upload_id for each in holders), UploadId(uuid.uuid4())]
    async with subject.store.transaction() as statements:
        assert await statements.uploads.release_video(named, TAKEN) == 0
    for holder in holders:
        assert await subject.ledger.upload(holder.upload_id) == holder
        assert TAKEN not in await subject.ledger.history(holder.upload_id)
