"""Progress reports, as they change rows."""

from dataclasses import replace

import pytest

from catalog.domain.policies import ProgressReport
from catalog.domain.upload import Upload, UploadStatus
from tests.contract.subject import MADE, Subject
from tests.support.builders import a_user, an_upload


async def report(subject: Subject, upload: Upload, said: int, count: int = 0) -> Upload | None:
    told = ProgressReport(said, count, count, count)
    async with subject.store.autocommit() as statements:
        return await statements.uploads.report_progress(upload.user_id, upload.upload_id, told)


async def test_a_pending_upload_is_uploading_from_the_first_report_on(subject: Subject) -> None:
    before = await subject.upload()
    after = await report(subject, before, 0)
    assert after is not None
    expected = replace(before, status=UploadStatus.UPLOADING, updated_at=after.updated_at)
    assert after == expected
    assert after.updated_at >= before.updated_at
    assert await subject.ledger.upload(before.upload_id) == after


async def test_reports_leave_version_history_and_outbox_alone(subject: Subject) -> None:
    before = await subject.upload()
    after = await report(subject, before, 700, count=2)
    assert after is not None
    assert after.version == before.version
    assert await subject.ledger.history(before.upload_id) == [MADE]
    assert await subject.ledger.outbox() == []


async def test_bytes_never_shrink(subject: Subject) -> None:
    before = await subject.upload()
    kept = []
    for said in (10, 4 * 1024**3, 300):
        after = await report(subject, before, said)
        assert after is not None
        kept.append(after.bytes_reported)
    assert kept == [10, 4 * 1024**3, 4 * 1024**3]


@pytest.mark.parametrize("ending", ["failed", "completed", "cancelled"])
async def test_an_upload_that_ended_stays_as_it_is(subject: Subject, ending: str) -> None:
    before = await getattr(subject, f"{ending}_upload")()
    after = await report(subject, before, 700, count=2)
    assert after is not None
    assert replace(after, updated_at=before.updated_at) == before
    kept = await subject.ledger.upload(before.upload_id)
    assert replace(kept, updated_at=before.updated_at) == before


async def test_only_the_owner_reports_and_only_on_what_is_there(subject: Subject) -> None:
    upload = await subject.upload()
    for stranger in (replace(upload, user_id=a_user()), an_upload(user_id=upload.user_id)):
        assert await report(subject, stranger, 700) is None
    assert await subject.ledger.upload(upload.upload_id) == upload
