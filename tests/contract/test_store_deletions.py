"""Tombstones: the last word on a generation, and the queue of what is to be deleted."""

from datetime import UTC, datetime, timedelta

from catalog.application.records import Tombstone
from catalog.domain.values import Generation, ObjectRef
from tests.contract.subject import Subject
from tests.support.builders import init_facts
from tests.support.ledger import KeptTombstone

OLD, NEW = Generation(1), Generation(2**63 - 1)


def a_ref() -> ObjectRef:
    return init_facts().ref


async def bury(subject: Subject, ref: ObjectRef, generation: Generation, reason: str) -> None:
    async with subject.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(ref, generation, reason))


async def unfinished(subject: Subject, ref: ObjectRef) -> list[Generation]:
    async with subject.store.autocommit() as statements:
        return list(await statements.deletions.unfinished(ref))


async def mark_deleted(subject: Subject, ref: ObjectRef, generation: Generation) -> None:
    async with subject.store.autocommit() as statements:
        await statements.deletions.mark_deleted(ref, generation)


async def test_a_buried_generation_is_to_be_deleted(subject: Subject) -> None:
    ref = a_ref()
    await bury(subject, ref, NEW, "init")
    await bury(subject, ref, OLD, "MD5_MISMATCH")
    assert await unfinished(subject, ref) == [OLD, NEW]
    assert await subject.ledger.tombstones(ref) == [
        KeptTombstone(OLD, "MD5_MISMATCH", deleted=False),
        KeptTombstone(NEW, "init", deleted=False),
    ]


async def test_other_objects_have_tombstones_of_their_own(subject: Subject) -> None:
    ref = a_ref()
    await bury(subject, ref, OLD, "init")
    assert await unfinished(subject, ObjectRef("another-bucket", ref.name)) == []
    assert await unfinished(subject, a_ref()) == []


async def test_burying_twice_keeps_the_first_reason(subject: Subject) -> None:
    ref = a_ref()
    await bury(subject, ref, OLD, "MD5_MISMATCH")
    await bury(subject, ref, OLD, "init")
    assert await subject.ledger.tombstones(ref) == [
        KeptTombstone(OLD, "MD5_MISMATCH", deleted=False)
    ]


async def test_a_deleted_generation_keeps_its_tombstone(subject: Subject) -> None:
    ref = a_ref()
    await bury(subject, ref, OLD, "init")
    await mark_deleted(subject, ref, OLD)
    await mark_deleted(subject, ref, OLD)
    assert await unfinished(subject, ref) == []
    assert await subject.ledger.tombstones(ref) == [KeptTombstone(OLD, "init", deleted=True)]


async def test_a_deleted_generation_that_is_seen_alive_is_queued_once_more(
    subject: Subject,
) -> None:
    ref = a_ref()
    await bury(subject, ref, OLD, "init")
    await mark_deleted(subject, ref, OLD)
    await bury(subject, ref, OLD, "sweep")
    assert await unfinished(subject, ref) == [OLD]
    assert await subject.ledger.tombstones(ref) == [KeptTombstone(OLD, "init", deleted=False)]


async def test_a_generation_that_was_deleted_after_it_was_seen_alive_stays_deleted(
    subject: Subject,
) -> None:
    ref = a_ref()
    await bury(subject, ref, OLD, "init")
    await mark_deleted(subject, ref, OLD)
    seen_at = datetime.now(UTC) - timedelta(days=1000)
    async with subject.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(ref, OLD, "init", seen_at))
    assert await unfinished(subject, ref) == []


async def test_deleting_what_was_never_buried_leaves_no_tombstone(subject: Subject) -> None:
    ref = a_ref()
    await mark_deleted(subject, ref, OLD)
    assert await subject.ledger.tombstones(ref) == []


async def test_a_released_generation_has_no_tombstone_and_its_neighbours_do(
    subject: Subject,
) -> None:
    ref = a_ref()
    await bury(subject, ref, OLD, "init")
    await bury(subject, ref, NEW, "init")
    async with subject.store.transaction() as statements:
        await statements.deletions.release(ref, OLD)
        await statements.deletions.release(ref, Generation(7))
    assert await subject.ledger.tombstones(ref) == [KeptTombstone(NEW, "init", deleted=False)]
