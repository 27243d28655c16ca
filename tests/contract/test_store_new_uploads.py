"""Making, finding and showing uploads."""

from datetime import timedelta

from catalog.application.records import HistoryEntry
from catalog.domain.upload import Decision, UploadStatus
from catalog.domain.values import ObjectRef, UploadId
from tests.contract.subject import MADE, Subject
from tests.support.builders import BUCKET, a_user, an_md5, init_facts

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_new_upload_is_what_was_declared(subject: Subject) -> None:
    facts = init_facts(
        filename="Strand ☀.mov",
        content_type="video/quicktime",
        declared_size=7,
        duration_seconds=300,
        traceparent=TRACE,
    )
    async with subject.store.autocommit() as statements:
        made = await statements.uploads.insert_by_user_md5(facts, MADE)
    assert made is not None
    upload = made.upload
    assert (upload.user_id, upload.md5, upload.ref) == (facts.user_id, facts.md5, facts.ref)
    assert (upload.filename, upload.content_type) == ("Strand ☀.mov", "video/quicktime")
    assert (upload.declared_size, upload.duration_seconds) == (7, 300)
    assert upload.traceparent == TRACE
    assert await subject.ledger.upload(upload.upload_id) == upload


async def test_a_new_upload_is_the_first_attempt_and_waits(subject: Subject) -> None:
    upload = await subject.upload()
    assert upload.status is UploadStatus.PENDING
    assert (upload.attempt, upload.version, upload.bytes_reported, upload.size_bytes) == (
        1,
        1,
        0,
        0,
    )
    assert (upload.video_id, upload.generation, upload.completed_at) == (None, None, None)
    assert (upload.error_code, upload.error_message) == (None, None)
    assert (upload.etag, upload.md5_hash, upload.crc32c) == (None, None, None)


async def test_the_session_deadline_counts_from_the_time_that_is_returned(subject: Subject) -> None:
    life = timedelta(days=7, minutes=15)
    made = await subject.timed_upload(session_life=life)
    assert made.upload.session_expires_at == made.at + life
    assert made.upload.created_at == made.upload.updated_at == made.at


async def test_a_new_upload_begins_its_history(subject: Subject) -> None:
    facts = init_facts()
    entry = HistoryEntry("user", "init", Decision.INSERT, {"note": "é"})
    async with subject.store.autocommit() as statements:
        made = await statements.uploads.insert_by_user_md5(facts, entry)
    assert made is not None
    assert await subject.ledger.history(made.upload.upload_id) == [entry]


async def test_the_same_content_of_the_same_user_is_not_made_twice(subject: Subject) -> None:
    first = await subject.upload()
    async with subject.store.autocommit() as statements:
        again = await statements.uploads.insert_by_user_md5(
            init_facts(first.user_id, first.md5, filename="other.mp4"), MADE
        )
    assert again is None
    assert await subject.ledger.uploads() == [first]
    assert await subject.ledger.history(first.upload_id) == [MADE]


async def test_an_object_name_that_is_taken_is_no_error_either(subject: Subject) -> None:
    first = await subject.upload()
    async with subject.store.autocommit() as statements:
        again = await statements.uploads.insert_by_user_md5(init_facts(ref=first.ref), MADE)
    assert again is None


async def test_other_users_and_other_content_have_uploads_of_their_own(subject: Subject) -> None:
    first = await subject.upload()
    other_user = await subject.upload(md5=first.md5)
    other_content = await subject.upload(user=first.user_id)
    assert len({first.upload_id, other_user.upload_id, other_content.upload_id}) == 3


async def test_an_upload_is_found_by_user_and_content(subject: Subject) -> None:
    upload = await subject.upload()
    async with subject.store.transaction() as statements:
        timed = await statements.uploads.lock_by_user_md5(upload.user_id, upload.md5)
        found = await statements.uploads.find_by_user_md5(upload.user_id, upload.md5)
    assert timed is not None
    assert timed.upload == upload
    assert timed.at >= upload.created_at
    assert found == upload.upload_id


async def test_nothing_is_found_for_other_users_and_other_content(subject: Subject) -> None:
    upload = await subject.upload()
    async with subject.store.transaction() as statements:
        for user, md5 in ((a_user(), upload.md5), (upload.user_id, an_md5())):
            assert await statements.uploads.lock_by_user_md5(user, md5) is None
            assert await statements.uploads.find_by_user_md5(user, md5) is None


async def test_an_upload_is_found_by_its_object(subject: Subject) -> None:
    upload = await subject.upload()
    async with subject.store.transaction() as statements:
        assert await statements.uploads.lock_by_object(upload.ref) == upload
        assert await statements.uploads.object_is_known(upload.ref) is True


async def test_other_names_and_buckets_are_nobodys_object(subject: Subject) -> None:
    upload = await subject.upload()
    elsewhere = ObjectRef("another-bucket", upload.ref.name)
    unheard_of = ObjectRef(BUCKET, upload.ref.name + "x")
    async with subject.store.transaction() as statements:
        for ref in (elsewhere, unheard_of):
            assert await statements.uploads.lock_by_object(ref) is None
            assert await statements.uploads.object_is_known(ref) is False


async def test_an_owner_gets_the_upload_and_nobody_else_does(subject: Subject) -> None:
    upload = await subject.upload()
    async with subject.store.autocommit() as statements:
        assert await statements.uploads.get(upload.user_id, upload.upload_id) == upload
        assert await statements.uploads.get(a_user(), upload.upload_id) is None
        assert await statements.uploads.get(upload.user_id, UploadId(a_user())) is None


async def test_a_note_adds_to_the_history_and_changes_nothing_else(subject: Subject) -> None:
    upload = await subject.upload()
    entry = HistoryEntry("user", "init", Decision.DUPLICATE, {"already": "completed"})
    async with subject.store.transaction() as statements:
        await statements.uploads.note(upload.upload_id, entry)
    assert await subject.ledger.history(upload.upload_id) == [MADE, entry]
    assert await subject.ledger.upload(upload.upload_id) == upload
