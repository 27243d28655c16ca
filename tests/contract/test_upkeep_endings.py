"""Uploads that end without their owner: leased, expired, forgotten."""

from datetime import timedelta

import pytest

from catalog.application.records import HistoryEntry
from catalog.application.store import ConcurrentChangeError
from catalog.application.upkeep_records import Expiry
from catalog.domain.upload import Decision, FailureCode, Upload, UploadStatus
from catalog.domain.values import UploadId
from tests.contract.subject import Subject
from tests.support.builders import an_upload, init_facts
from tests.support.decided import an_event_record
from tests.support.ledger import decisions

LONG_PAST = timedelta(days=-30)
"""As a margin: every session is over."""
LEASE = timedelta(minutes=5)
EXPIRE = HistoryEntry("reaper", "expire", Decision.EXPIRE)
FORGET = HistoryEntry("operator", "forget", Decision.REPLACE)


async def claimed(
    subject: Subject, margin: timedelta = LONG_PAST, lease: timedelta = LEASE, limit: int = 10
) -> set[UploadId]:
    async with subject.store.autocommit() as statements:
        found = await statements.endings.claim_expired(margin, lease, limit)
    return {each.upload_id for each in found}


async def expire(subject: Subject, upload: Upload) -> None:
    event = an_event_record(upload.upload_id, "video.upload.expired")
    async with subject.store.transaction() as statements:
        await statements.endings.mark_expired(Expiry(upload, EXPIRE, (event,)))


async def test_a_session_within_deadline_and_margin_is_left_alone(subject: Subject) -> None:
    await subject.upload(session_life=timedelta(seconds=-60))
    assert await claimed(subject, margin=timedelta(minutes=5)) == set()
    await subject.upload(session_life=timedelta(minutes=1))
    assert await claimed(subject, margin=timedelta(0)) != set()
    assert await claimed(subject, margin=timedelta(0)) == set()


async def test_only_waiting_uploads_are_claimed(subject: Subject) -> None:
    waiting = await subject.upload()
    uploading = await subject.forced(await subject.upload(), UploadStatus.UPLOADING)
    await subject.failed_upload()
    await subject.cancelled_upload()
    await subject.completed_upload()
    assert await claimed(subject) == {waiting.upload_id, uploading.upload_id}


async def test_a_claim_is_a_lease(subject: Subject) -> None:
    upload = await subject.upload()
    assert await claimed(subject, lease=timedelta(0)) == {upload.upload_id}
    assert await claimed(subject) == {upload.upload_id}
    assert await claimed(subject) == set()


async def test_a_batch_takes_the_oldest_deadlines(subject: Subject) -> None:
    late = await subject.upload(session_life=timedelta(hours=2))
    early = await subject.upload(session_life=timedelta(hours=1))
    assert await claimed(subject, limit=1) == {early.upload_id}
    assert await claimed(subject, limit=1) == {late.upload_id}


async def test_a_claim_changes_nothing_that_anybody_decides_on(subject: Subject) -> None:
    upload = await subject.upload()
    await claimed(subject)
    assert (await subject.ledger.upload(upload.upload_id)).version == upload.version


async def test_an_upload_is_found_whoever_owns_it(subject: Subject) -> None:
    upload = await subject.upload()
    async with subject.store.transaction() as statements:
        locked = await statements.endings.lock_by_id(upload.upload_id)
        nobody = await statements.endings.lock_by_id(an_upload().upload_id)
    assert locked is not None
    assert locked.upload == upload
    assert locked.at >= upload.created_at
    assert nobody is None


async def test_an_expired_upload_says_so_in_row_history_and_event(subject: Subject) -> None:
    upload = await subject.upload()
    await expire(subject, upload)
    after = await subject.ledger.upload(upload.upload_id)
    assert (after.status, after.error_code) == (UploadStatus.FAILED, FailureCode.SESSION_EXPIRED)
    assert after.error_message == FailureCode.SESSION_EXPIRED.explanation
    assert after.version == upload.version + 1
    history = await subject.ledger.history(upload.upload_id)
    assert decisions(history) == ["init:insert", "expire:expire"]
    assert [each.aggregate_id for each in await subject.ledger.outbox()] == [upload.upload_id]


async def test_what_changed_meanwhile_does_not_expire(subject: Subject) -> None:
    upload = await subject.upload()
    async with subject.store.transaction() as statements:
        await statements.uploads.renew(
            upload,
            init_facts(upload.user_id, upload.md5),
            None,
            HistoryEntry("user", "init", Decision.DUPLICATE),
        )
    with pytest.raises(ConcurrentChangeError):
        await expire(subject, upload)
    assert await subject.ledger.outbox() == []


async def test_what_ended_does_not_expire(subject: Subject) -> None:
    for upload in (await subject.failed_upload(), await subject.completed_upload()):
        with pytest.raises(ConcurrentChangeError):
            await expire(subject, upload)
        assert (await subject.ledger.upload(upload.upload_id)) == upload


async def test_a_forgotten_upload_leaves_story_and_tombstone(subject: Subject) -> None:
    upload = await subject.completed_upload()
    async with subject.store.transaction() as statements:
        await statements.endings.forget(upload, FORGET)
    assert await subject.ledger.uploads() == []
    [tombstone] = await subject.ledger.tombstones(upload.ref)
    assert (tombstone.generation, tombstone.deleted) == (upload.generation, True)
    history = await subject.ledger.history(upload.upload_id)
    assert decisions(history)[-1] == "forget:replace"


async def test_only_completed_uploads_are_forgotten(subject: Subject) -> None:
    for upload in (await subject.upload(), await subject.failed_upload()):
        with pytest.raises(ConcurrentChangeError):
            async with subject.store.transaction() as statements:
                await statements.endings.forget(upload, FORGET)
    assert len(await subject.ledger.uploads()) == 2
