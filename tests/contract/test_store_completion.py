"""Completing: all of it while every premise holds, and counts that tell when one does not."""

from dataclasses import replace

import pytest

from catalog.application.records import Applied, Completion, Tombstone
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import StoredObject
from catalog.domain.video import Video, VideoStatus
from tests.contract.subject import Subject
from tests.support.builders import a_stored_object, a_user, an_arrival
from tests.support.decided import a_completion
from tests.support.ledger import decisions

MADE_ONE = Applied(uploads=1, videos=1, history=1, outbox=2, inbox=1)
MOVED_ONE = Applied(uploads=1, videos=1, history=1, outbox=1, inbox=1)
NOTHING = Applied()


async def completed(
    subject: Subject, upload: Upload, stored: StoredObject, bound: Video | None = None
) -> tuple[Completion, Applied]:
    """Claim and complete in one transaction, whatever the counts say."""
    async with subject.store.transaction() as statements:
        claim = await statements.inbox.claim(an_arrival(stored))
        completion = a_completion(upload, stored, claim.at, bound)
        return completion, await statements.inbox.mark_completed(completion)


async def assert_untouched(subject: Subject, upload: Upload) -> None:
    assert await subject.ledger.upload(upload.upload_id) == upload
    assert "finalize:complete" not in decisions(await subject.ledger.history(upload.upload_id))
    events = await subject.ledger.outbox()
    assert "video.upload.completed" not in [event.event_type for event in events]


@pytest.mark.parametrize("status", [UploadStatus.PENDING, UploadStatus.UPLOADING])
async def test_a_waiting_upload_becomes_what_its_object_is(
    subject: Subject, status: UploadStatus
) -> None:
    upload = await subject.forced(await subject.upload(), status)
    stored = a_stored_object(upload, size_bytes=77, content_type="video/quicktime")
    completion, applied = await completed(subject, upload, stored)
    assert applied == MADE_ONE
    after = await subject.ledger.upload(upload.upload_id)
    assert replace(after, updated_at=completion.after.updated_at) == completion.after
    assert (after.size_bytes, after.content_type) == (77, "video/quicktime")
    assert (after.generation, after.etag) == (stored.generation, stored.etag)
    assert (after.md5_hash, after.crc32c) == (stored.md5, stored.crc32c)
    assert after.version == upload.version + 1


async def test_without_a_video_one_is_made_that_is_processing(subject: Subject) -> None:
    upload = await subject.upload(filename="x.mp4")
    stored = a_stored_object(upload)
    completion, _ = await completed(subject, upload, stored)
    [video] = await subject.ledger.videos()
    assert video == completion.video
    assert (video.title, video.status, video.version) == ("x.mp4", VideoStatus.PROCESSING, 1)
    assert (video.raw_file_reference, video.size_bytes) == (stored.ref.uri, stored.size_bytes)
    assert (await subject.ledger.upload(upload.upload_id)).video_id == video.video_id


async def test_a_bound_video_moves_on(subject: Subject) -> None:
    bound = await subject.video(version=3)
    upload = await subject.upload(user=bound.user_id, video=bound)
    stored = a_stored_object(upload)
    completion, applied = await completed(subject, upload, stored, bound)
    assert applied == MOVED_ONE
    [video] = await subject.ledger.videos()
    assert replace(video, updated_at=bound.updated_at, created_at=bound.created_at) == (
        completion.video
    )
    assert (video.status, video.version) == (VideoStatus.PROCESSING, 4)


async def test_history_events_and_inbox_tell_of_the_completion(subject: Subject) -> None:
    upload = await subject.upload()
    stored = a_stored_object(upload)
    completion, _ = await completed(subject, upload, stored)
    assert (await subject.ledger.history(upload.upload_id))[-1] == completion.history
    outbox = await subject.ledger.outbox()
    assert sorted(outbox, key=str) == sorted(completion.outbox, key=str)
    kept = await subject.ledger.inbox(stored.dedup_key)
    assert kept is not None
    assert (kept.outcome, kept.processed) == ("completed", True)


async def test_a_failed_upload_completes_and_its_error_is_gone(subject: Subject) -> None:
    upload = await subject.failed_upload()
    assert upload.error_code is not None
    _, applied = await completed(subject, upload, a_stored_object(upload))
    assert applied == MADE_ONE
    after = await subject.ledger.upload(upload.upload_id)
    assert (after.status, after.error_code, after.error_message) == (
        UploadStatus.COMPLETED,
        None,
        None,
    )


async def test_a_cancelled_upload_is_left_alone(subject: Subject) -> None:
    upload = await subject.cancelled_upload()
    assert upload.error_code is FailureCode.CANCELLED
    _, applied = await completed(subject, upload, a_stored_object(upload))
    assert applied == NOTHING
    await assert_untouched(subject, upload)


async def test_a_completed_upload_is_left_alone(subject: Subject) -> None:
    upload = await subject.completed_upload()
    events = await subject.ledger.outbox()
    _, applied = await completed(subject, upload, a_stored_object(upload))
    assert applied == NOTHING
    assert await subject.ledger.upload(upload.upload_id) == upload
    assert await subject.ledger.outbox() == events


async def test_a_buried_generation_completes_nothing(subject: Subject) -> None:
    upload = await subject.upload()
    stored = a_stored_object(upload)
    async with subject.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "init"))
        await statements.deletions.mark_deleted(stored.ref, stored.generation)
    _, applied = await completed(subject, upload, stored)
    assert applied == NOTHING
    await assert_untouched(subject, upload)


async def test_a_row_that_changed_meanwhile_is_left_alone(subject: Subject) -> None:
    upload = await subject.upload()
    stale = replace(upload, version=upload.version - 1)
    _, applied = await completed(subject, stale, a_stored_object(upload))
    assert applied == NOTHING
    await assert_untouched(subject, upload)


async def test_no_video_is_made_while_a_bound_one_still_waits(subject: Subject) -> None:
    bound = await subject.video()
    upload = await subject.upload(user=bound.user_id, video=bound)
    _, applied = await completed(subject, upload, a_stored_object(upload))
    assert applied == NOTHING
    await assert_untouched(subject, upload)
    assert len(await subject.ledger.videos()) == 1


@pytest.mark.parametrize(
    "status",
    [each for each in VideoStatus if each not in (VideoStatus.PENDING_UPLOAD, VideoStatus.UNKNOWN)],
)
async def test_a_video_that_waits_no_longer_is_not_moved(
    subject: Subject, status: VideoStatus
) -> None:
    bound = await subject.video()
    upload = await subject.upload(user=bound.user_id, video=bound)
    await subject.ledger.put_video(replace(bound, status=status, version=bound.version + 1))
    _, applied = await completed(subject, upload, a_stored_object(upload), bound)
    assert applied == NOTHING
    await assert_untouched(subject, upload)
    _, applied = await completed(subject, upload, a_stored_object(upload))
    assert applied == MADE_ONE


async def test_somebody_elses_video_is_not_moved(subject: Subject) -> None:
    bound = await subject.video(user_id=a_user())
    upload = await subject.upload(video=bound)
    _, applied = await completed(subject, upload, a_stored_object(upload), bound)
    assert applied == NOTHING
    _, applied = await completed(subject, upload, a_stored_object(upload))
    assert applied == MADE_ONE
    assert (await subject.ledger.video(bound.video_id)).status is VideoStatus.PENDING_UPLOAD


async def test_a_video_that_changed_meanwhile_shows_in_the_count(subject: Subject) -> None:
    """It still waits, but is not the one that was decided on: the caller rolls back."""
    bound = await subject.video(version=1)
    upload = await subject.upload(user=bound.user_id, video=bound)
    await subject.ledger.put_video(replace(bound, version=2))
    _, applied = await completed(subject, upload, a_stored_object(upload), bound)
    assert applied == replace(MOVED_ONE, videos=0)
    assert (await subject.ledger.video(bound.video_id)).status is VideoStatus.PENDING_UPLOAD


async def test_an_unclaimed_arrival_shows_in_the_count(subject: Subject) -> None:
    upload = await subject.upload()
    stored = a_stored_object(upload)
    async with subject.store.transaction() as statements:
        completion = a_completion(upload, stored, upload.created_at)
        applied = await statements.inbox.mark_completed(completion)
    assert applied == replace(MADE_ONE, inbox=0)
