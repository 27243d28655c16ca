"""What is kept of one upload: its row, history, pushes and tombstones, the newest of each."""

from collections.abc import Sequence

from catalog.application.operations_records import BuriedObject, HistoryLine, KeptEvent
from catalog.application.records import HistoryEntry, Quarantined, Tombstone
from catalog.domain.upload import Decision, Upload
from catalog.domain.values import Generation, ObjectRef, StoredObject
from tests.contract.subject import Subject
from tests.support.builders import a_stored_object, an_upload, init_facts


async def history(subject: Subject, upload: Upload, limit: int = 10) -> Sequence[HistoryLine]:
    async with subject.store.autocommit() as statements:
        return await statements.stories.history(upload.upload_id, limit)


async def pushes(
    subject: Subject, ref: ObjectRef, *generations: Generation, limit: int = 10
) -> Sequence[KeptEvent]:
    async with subject.store.autocommit() as statements:
        return await statements.stories.pushes(ref, generations, limit)


async def deletions(subject: Subject, ref: ObjectRef, limit: int = 10) -> Sequence[BuriedObject]:
    async with subject.store.autocommit() as statements:
        return await statements.stories.deletions(ref, limit)


async def nobody_expects(subject: Subject, stored: StoredObject) -> None:
    await subject.claim(stored)
    async with subject.store.autocommit() as statements:
        await statements.inbox.mark_unknown(stored)


async def test_an_upload_is_found_whoever_owns_it(subject: Subject) -> None:
    upload = await subject.completed_upload()
    async with subject.store.autocommit() as statements:
        assert await statements.stories.upload(upload.upload_id) == upload
        assert await statements.stories.upload(an_upload().upload_id) is None


async def test_the_history_is_told_from_its_beginning(subject: Subject) -> None:
    upload = await subject.failed_upload()
    await subject.upload()
    made, failed = await history(subject, upload)
    assert (made.actor, made.request, made.decision, made.detail) == ("user", "init", "insert", {})
    assert (failed.actor, failed.request, failed.decision) == ("push", "finalize", "fail")
    assert failed.detail == (await subject.ledger.history(upload.upload_id))[1].detail
    assert made.at <= failed.at


async def test_a_long_history_is_cut_at_its_beginning(subject: Subject) -> None:
    upload = await subject.failed_upload()
    assert [each.decision for each in await history(subject, upload, limit=1)] == ["fail"]
    assert await history(subject, an_upload()) == []


async def test_a_history_outlives_its_upload(subject: Subject) -> None:
    upload = await subject.completed_upload()
    async with subject.store.transaction() as statements:
        await statements.endings.forget(
            upload, HistoryEntry("operator", "forget", Decision.REPLACE)
        )
        assert await statements.stories.upload(upload.upload_id) is None
    found = await history(subject, upload)
    assert [each.request for each in found] == ["init", "finalize", "forget"]


async def test_pushes_are_those_of_the_generations_named(subject: Subject) -> None:
    upload = await subject.upload()
    one, other, third = (a_stored_object(upload) for _ in range(3))
    namesake = a_stored_object(
        upload, ref=ObjectRef("another-bucket", upload.ref.name), generation=one.generation
    )
    for stored in (one, other, third, namesake):
        await subject.claim(stored)
    found = await pushes(subject, upload.ref, third.generation, one.generation)
    assert [each.key.dedup_key for each in found] == [one.dedup_key, third.dedup_key]
    assert {each.key.source for each in found} == {"gcs"}
    async with subject.store.autocommit() as statements:
        await statements.inbox.quarantine(Quarantined(one.dedup_key, None, b"", "size"))
    assert await pushes(subject, upload.ref, third.generation, one.generation) == found
    assert await pushes(subject, upload.ref) == []


async def test_pushes_that_nobody_expected_need_no_generation(subject: Subject) -> None:
    facts = init_facts()
    unexpected, expected = a_stored_object(facts), a_stored_object(facts)
    longer = a_stored_object(facts, ref=ObjectRef(facts.ref.bucket, f"{facts.ref.name}#1"))
    for stored in (unexpected, a_stored_object(init_facts())):
        await nobody_expects(subject, stored)
    await subject.claim(expected)
    await subject.claim(longer)
    [found] = await pushes(subject, facts.ref)
    assert (found.key.dedup_key, found.outcome) == (unexpected.dedup_key, "unknown_object")


async def test_many_pushes_are_cut_at_their_beginning(subject: Subject) -> None:
    facts = init_facts()
    objects = [a_stored_object(facts) for _ in range(3)]
    for stored in objects:
        await nobody_expects(subject, stored)
    found = await pushes(subject, facts.ref, objects[0].generation, limit=2)
    assert [each.key.dedup_key for each in found] == [each.dedup_key for each in objects[1:]]


async def test_tombstones_tell_how_far_their_deletion_is(subject: Subject) -> None:
    ref, other = init_facts().ref, init_facts().ref
    async with subject.store.autocommit() as statements:
        for number, name in ((7, ref), (8, ref), (9, other)):
            await statements.deletions.bury(Tombstone(name, Generation(number), "SWEEP"))
        await statements.deletion_queue.postpone(
            ref, Generation(7), init_facts().session_life, "UNAVAILABLE"
        )
        await statements.deletions.mark_deleted(ref, Generation(8))
    waiting, deleted = await deletions(subject, ref)
    assert (waiting.generation, waiting.reason, waiting.deleted_at) == (7, "SWEEP", None)
    assert (waiting.attempts, waiting.last_error) == (1, "UNAVAILABLE")
    assert (deleted.generation, deleted.attempts, deleted.last_error) == (8, 0, None)
    assert deleted.deleted_at is not None
    assert deleted.deleted_at >= deleted.created_at >= waiting.created_at


async def test_many_tombstones_are_cut_at_their_beginning_and_equal_times_go_by_generation(
    subject: Subject,
) -> None:
    ref = init_facts().ref
    async with subject.store.transaction() as statements:
        for number in (2, 10, 1):
            await statements.deletions.bury(Tombstone(ref, Generation(number), "SWEEP"))
    assert [each.generation for each in await deletions(subject, ref)] == [1, 2, 10]
    assert [each.generation for each in await deletions(subject, ref, limit=2)] == [2, 10]
