"""A later Init of an upload that is there: renewed while it waits, restarted once failed."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from catalog.application.records import HistoryEntry, InitFacts, TimedUpload
from catalog.application.store import ConcurrentChangeError, Uploads
from catalog.domain.upload import Decision, FailureCode, Upload, UploadStatus
from tests.contract.subject import MADE, Subject
from tests.support.builders import init_facts

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
AGAIN = HistoryEntry("user", "init", Decision.DUPLICATE)
ANEW = HistoryEntry("user", "init", Decision.REPLACE)
Write = Callable[[Uploads, Upload, InitFacts], Coroutine[Any, Any, TimedUpload]]


async def renew(uploads: Uploads, before: Upload, facts: InitFacts) -> TimedUpload:
    return await uploads.renew(before, facts, before.video_id, AGAIN)


async def restart(uploads: Uploads, before: Upload, facts: InitFacts) -> TimedUpload:
    return await uploads.restart(before, facts, before.video_id, ANEW)


async def written(subject: Subject, write: Write, before: Upload, **changes: Any) -> TimedUpload:
    facts = init_facts(before.user_id, before.md5, **changes)
    async with subject.store.transaction() as statements:
        return await write(statements.uploads, before, facts)


async def suitable(subject: Subject, write: Write, **facts: Any) -> Upload:
    return await (subject.upload if write is renew else subject.failed_upload)(**facts)


both = pytest.mark.parametrize("write", [renew, restart])


@both
async def test_the_newest_declaration_wins(subject: Subject, write: Write) -> None:
    before = await suitable(subject, write)
    after = (
        await written(
            subject,
            write,
            before,
            filename="newer.mov",
            content_type="video/quicktime",
            declared_size=0,
            duration_seconds=1,
        )
    ).upload
    assert (after.filename, after.content_type) == ("newer.mov", "video/quicktime")
    assert (after.declared_size, after.duration_seconds) == (0, 1)
    assert (after.upload_id, after.ref, after.md5) == (before.upload_id, before.ref, before.md5)
    assert after.version == before.version + 1
    assert after.created_at == before.created_at
    assert await subject.ledger.upload(before.upload_id) == after


@both
async def test_the_session_deadline_moves_later(subject: Subject, write: Write) -> None:
    before = await suitable(subject, write)
    longer = timedelta(days=8)
    timed = await written(subject, write, before, session_life=longer)
    assert timed.upload.session_expires_at == timed.at + longer
    assert timed.upload.updated_at == timed.at


@both
async def test_the_session_deadline_never_moves_earlier(subject: Subject, write: Write) -> None:
    before = await suitable(subject, write)
    timed = await written(subject, write, before, session_life=timedelta(minutes=1))
    assert timed.upload.session_expires_at == before.session_expires_at


@both
async def test_a_trace_is_replaced_only_by_another(subject: Subject, write: Write) -> None:
    before = await suitable(subject, write, traceparent=TRACE)
    kept = (await written(subject, renew if write is renew else restart, before)).upload
    assert kept.traceparent == TRACE


@both
async def test_the_video_becomes_the_one_that_is_given(subject: Subject, write: Write) -> None:
    before = await suitable(subject, write)
    video = await subject.video(user_id=before.user_id)
    bound = replace(before, video_id=video.video_id)
    after = (await written(subject, write, bound)).upload
    assert after.video_id == video.video_id


@both
async def test_a_row_that_changed_meanwhile_is_left_alone(subject: Subject, write: Write) -> None:
    before = await suitable(subject, write)
    with pytest.raises(ConcurrentChangeError):
        await written(subject, write, replace(before, version=before.version - 1))
    assert await subject.ledger.upload(before.upload_id) == before


@pytest.mark.parametrize(
    ("write", "status"),
    [
        (renew, UploadStatus.FAILED),
        (renew, UploadStatus.COMPLETED),
        (restart, UploadStatus.PENDING),
        (restart, UploadStatus.UPLOADING),
        (restart, UploadStatus.COMPLETED),
    ],
)
async def test_a_row_in_another_state_is_left_alone(
    subject: Subject, write: Write, status: UploadStatus
) -> None:
    before = await in_state(subject, status)
    with pytest.raises(ConcurrentChangeError):
        await written(subject, write, before)
    assert await subject.ledger.upload(before.upload_id) == before


async def in_state(subject: Subject, status: UploadStatus) -> Upload:
    if status is UploadStatus.COMPLETED:
        return await subject.completed_upload()
    if status is UploadStatus.FAILED:
        return await subject.failed_upload()
    waiting = await subject.upload()
    return await subject.forced(waiting, status, bytes_reported=5)


async def test_renewing_keeps_state_and_progress(subject: Subject) -> None:
    before = await in_state(subject, UploadStatus.UPLOADING)
    after = (await written(subject, renew, before)).upload
    assert (after.status, after.attempt) == (UploadStatus.UPLOADING, 1)
    assert after.bytes_reported == 5
    assert await subject.ledger.history(before.upload_id) == [MADE, AGAIN]


@pytest.mark.parametrize("code", FailureCode)
async def test_restarting_forgets_the_failed_attempt(subject: Subject, code: FailureCode) -> None:
    failed = await subject.failed_upload()
    before = await subject.forced(failed, UploadStatus.FAILED, code, bytes_reported=5)
    after = (await written(subject, restart, before)).upload
    assert (after.status, after.attempt) == (UploadStatus.PENDING, before.attempt + 1)
    assert (after.error_code, after.error_message, after.bytes_reported) == (None, None, 0)
    assert (await subject.ledger.history(before.upload_id))[-1] == ANEW
