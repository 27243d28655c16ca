"""Failing an upload, refusing an object, and settling what changes nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from catalog.application.records import Applied, Rejection, Tombstone
from catalog.domain.upload import Decision, FailureCode, Upload, UploadStatus
from catalog.domain.values import StoredObject
from tests.contract.subject import Subject
from tests.support.builders import a_stored_object, an_arrival
from tests.support.decided import a_failure, a_finalize_entry, a_refusal
from tests.support.ledger import KeptTombstone

FAILED = Applied(uploads=1, tombstones=1, history=1, outbox=1, inbox=1)
REFUSED = Applied(tombstones=1, history=1, inbox=1)
NOTHING = Applied()
Decide = Callable[[Upload, StoredObject], Rejection]


async def applied_to(
    subject: Subject, upload: Upload, stored: StoredObject, decide: Decide
) -> tuple[Rejection, Applied]:
    async with subject.store.transaction() as statements:
        await statements.inbox.claim(an_arrival(stored))
        rejection = decide(upload, stored)
        inbox = statements.inbox
        mark = inbox.mark_failed if decide is a_failure else inbox.mark_rejected
        return rejection, await mark(rejection)


async def bury(subject: Subject, stored: StoredObject) -> None:
    async with subject.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "init"))


@pytest.mark.parametrize("status", [UploadStatus.PENDING, UploadStatus.UPLOADING])
async def test_a_waiting_upload_fails_with_its_code(subject: Subject, status: UploadStatus) -> None:
    upload = await subject.forced(await subject.upload(), status)
    stored = a_stored_object(upload)
    rejection, applied = await applied_to(subject, upload, stored, a_failure)
    assert applied == FAILED
    after = await subject.ledger.upload(upload.upload_id)
    assert after == replace(
        upload,
        status=UploadStatus.FAILED,
        version=upload.version + 1,
        error_code=FailureCode.MD5_MISMATCH,
        error_message=FailureCode.MD5_MISMATCH.explanation,
        updated_at=after.updated_at,
    )
    assert (await subject.ledger.history(upload.upload_id))[-1] == rejection.history
    assert await subject.ledger.outbox() == list(rejection.outbox)


@pytest.mark.parametrize("code", FailureCode)
async def test_every_code_fits_into_the_row(subject: Subject, code: FailureCode) -> None:
    upload = await subject.upload()
    stored = a_stored_object(upload)
    async with subject.store.transaction() as statements:
        await statements.inbox.claim(an_arrival(stored))
        failure = replace(a_failure(upload, stored), code=code)
        assert await statements.inbox.mark_failed(failure) == FAILED
    after = await subject.ledger.upload(upload.upload_id)
    assert (after.error_code, after.error_message) == (code, code.explanation)


async def test_a_failure_keeps_the_video_as_it_is(subject: Subject) -> None:
    video = await subject.video()
    before = await subject.ledger.video(video.video_id)
    upload = await subject.upload(user=video.user_id, video=video)
    await applied_to(subject, upload, a_stored_object(upload), a_failure)
    assert await subject.ledger.video(video.video_id) == before
    assert (await subject.ledger.upload(upload.upload_id)).video_id == video.video_id


async def test_a_failed_upload_stays_as_it_is_and_the_late_object_is_buried(
    subject: Subject,
) -> None:
    upload = await subject.failed_upload()
    events = await subject.ledger.outbox()
    late = a_stored_object(upload)
    rejection, applied = await applied_to(subject, upload, late, a_refusal)
    assert applied == REFUSED
    assert await subject.ledger.upload(upload.upload_id) == upload
    assert await subject.ledger.outbox() == events
    assert (await subject.ledger.history(upload.upload_id))[-1] == rejection.history
    tombstones = await subject.ledger.tombstones(upload.ref)
    assert KeptTombstone(late.generation, "MD5_MISMATCH", deleted=False) in tombstones


@pytest.mark.parametrize("decide", [a_failure, a_refusal])
async def test_a_refused_object_is_buried_and_its_event_settled(
    subject: Subject, decide: Decide
) -> None:
    upload = await (subject.upload if decide is a_failure else subject.failed_upload)()
    stored = a_stored_object(upload)
    rejection, _ = await applied_to(subject, upload, stored, decide)
    tombstone = KeptTombstone(stored.generation, rejection.code.value, deleted=False)
    assert tombstone in await subject.ledger.tombstones(stored.ref)
    kept = await subject.ledger.inbox(stored.dedup_key)
    assert kept is not None
    assert (kept.outcome, kept.processed) == (rejection.history.detail["outcome"], True)


@pytest.mark.parametrize("decide", [a_failure, a_refusal])
async def test_a_generation_that_is_buried_already_changes_nothing(
    subject: Subject, decide: Decide
) -> None:
    upload = await (subject.upload if decide is a_failure else subject.failed_upload)()
    stored = a_stored_object(upload)
    await bury(subject, stored)
    _, applied = await applied_to(subject, upload, stored, decide)
    assert applied == NOTHING
    assert await subject.ledger.upload(upload.upload_id) == upload


@pytest.mark.parametrize("decide", [a_failure, a_refusal])
async def test_a_row_that_changed_meanwhile_is_left_alone(subject: Subject, decide: Decide) -> None:
    upload = await (subject.upload if decide is a_failure else subject.failed_upload)()
    stored = a_stored_object(upload)
    stale = replace(upload, version=upload.version + 1)
    _, applied = await applied_to(subject, stale, stored, decide)
    assert applied == NOTHING
    assert await subject.ledger.upload(upload.upload_id) == upload
    assert stored.generation not in [
        each.generation for each in await subject.ledger.tombstones(upload.ref)
    ]


async def test_only_waiting_uploads_fail_and_only_failed_ones_refuse(subject: Subject) -> None:
    waiting, failed = await subject.upload(), await subject.failed_upload()
    completed = await subject.completed_upload()
    for upload, decide in (
        (failed, a_failure),
        (completed, a_failure),
        (waiting, a_refusal),
        (completed, a_refusal),
    ):
        _, applied = await applied_to(subject, upload, a_stored_object(upload), decide)
        assert applied == NOTHING
        assert await subject.ledger.upload(upload.upload_id) == upload


async def test_settling_tells_the_history_and_changes_nothing_else(subject: Subject) -> None:
    upload = await subject.completed_upload()
    stored = a_stored_object(upload)
    entry = a_finalize_entry(Decision.NOOP, "ignored")
    async with subject.store.transaction() as statements:
        await statements.inbox.claim(an_arrival(stored))
        applied = await statements.inbox.settle(stored, upload, entry)
    assert applied == Applied(history=1, inbox=1)
    assert await subject.ledger.upload(upload.upload_id) == upload
    assert (await subject.ledger.history(upload.upload_id))[-1] == entry
    kept = await subject.ledger.inbox(stored.dedup_key)
    assert kept is not None
    assert (kept.outcome, kept.processed) == ("ignored", True)


async def test_settling_an_unclaimed_arrival_shows_in_the_count(subject: Subject) -> None:
    upload = await subject.upload()
    entry = a_finalize_entry(Decision.NOOP, "ignored")
    async with subject.store.transaction() as statements:
        applied = await statements.inbox.settle(a_stored_object(upload), upload, entry)
    assert applied == Applied(history=1, inbox=0)
