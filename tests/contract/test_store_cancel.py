"""Locking one upload of a user, and failing it at its owner's word."""

from dataclasses import replace

import pytest

from catalog.application.records import Cancellation, HistoryEntry
from catalog.application.store import ConcurrentChangeError
from catalog.domain.upload import Decision, FailureCode, Upload, UploadStatus
from tests.contract.subject import MADE, Subject
from tests.support.builders import a_user, an_upload
from tests.support.decided import an_event_record

CANCEL = HistoryEntry("user", "cancel", Decision.CANCEL)


def a_cancellation(before: Upload, *, announced: bool = True) -> Cancellation:
    event = an_event_record(before.upload_id, "video.upload.cancelled")
    return Cancellation(before, CANCEL, (event,) if announced else ())


async def mark(subject: Subject, cancellation: Cancellation) -> Upload:
    async with subject.store.transaction() as statements:
        return await statements.uploads.mark_cancelled(cancellation)


async def test_the_owner_gets_the_upload_and_the_time(subject: Subject) -> None:
    made = await subject.timed_upload()
    async with subject.store.transaction() as statements:
        locked = await statements.uploads.lock(made.upload.user_id, made.upload.upload_id)
    assert locked is not None
    assert locked.upload == made.upload
    assert locked.at >= made.at


async def test_nobody_else_gets_it_and_nobody_what_is_not_there(subject: Subject) -> None:
    upload = await subject.upload()
    async with subject.store.transaction() as statements:
        assert await statements.uploads.lock(a_user(), upload.upload_id) is None
        assert await statements.uploads.lock(upload.user_id, an_upload().upload_id) is None


async def test_a_waiting_upload_fails_with_history_and_event(subject: Subject) -> None:
    before = await subject.upload()
    cancellation = a_cancellation(before)
    after = await mark(subject, cancellation)
    assert (after.status, after.error_code) == (UploadStatus.FAILED, FailureCode.CANCELLED)
    assert after.error_message == FailureCode.CANCELLED.explanation
    assert after.version == before.version + 1
    assert await subject.ledger.upload(before.upload_id) == after
    assert await subject.ledger.history(before.upload_id) == [MADE, CANCEL]
    assert await subject.ledger.outbox() == list(cancellation.outbox)


async def test_a_failed_upload_gets_the_code_and_no_event(subject: Subject) -> None:
    before = await subject.failed_upload()
    events = await subject.ledger.outbox()
    after = await mark(subject, a_cancellation(before, announced=False))
    assert (after.status, after.error_code) == (UploadStatus.FAILED, FailureCode.CANCELLED)
    assert after.version == before.version + 1
    assert (await subject.ledger.history(before.upload_id))[-1] == CANCEL
    assert await subject.ledger.outbox() == events


async def test_a_completed_upload_is_never_cancelled(subject: Subject) -> None:
    before = await subject.completed_upload()
    events = await subject.ledger.outbox()
    with pytest.raises(ConcurrentChangeError):
        await mark(subject, a_cancellation(before))
    assert await subject.ledger.upload(before.upload_id) == before
    assert await subject.ledger.outbox() == events


async def test_a_row_that_changed_meanwhile_is_left_alone(subject: Subject) -> None:
    before = await subject.upload()
    with pytest.raises(ConcurrentChangeError):
        await mark(subject, a_cancellation(replace(before, version=before.version + 1)))
    assert await subject.ledger.upload(before.upload_id) == before
    assert await subject.ledger.history(before.upload_id) == [MADE]
    assert await subject.ledger.outbox() == []
