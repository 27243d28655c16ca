"""The queue of deletions: leased, postponed, done."""

from datetime import timedelta

from catalog.application.records import Tombstone
from catalog.application.upkeep_records import DueDeletion, OpenDeletion
from catalog.domain.values import StoredObject
from tests.contract.subject import MADE, Subject
from tests.support.builders import a_stored_object, init_facts

LEASE = timedelta(minutes=5)
NOW = timedelta(0)


async def buried(subject: Subject) -> StoredObject:
    stored = a_stored_object(init_facts())
    async with subject.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "SWEEP"))
    return stored


async def claimed(subject: Subject, lease: timedelta = LEASE, limit: int = 10) -> list[DueDeletion]:
    async with subject.store.autocommit() as statements:
        return list(await statements.deletion_queue.claim_due(lease, limit))


async def postpone(subject: Subject, stored: StoredObject, wait: timedelta, error: str) -> None:
    async with subject.store.autocommit() as statements:
        await statements.deletion_queue.postpone(stored.ref, stored.generation, wait, error)


async def open_deletions(subject: Subject) -> list[OpenDeletion]:
    async with subject.store.autocommit() as statements:
        return list(await statements.upkeep_reports.open_deletions(10))


async def test_a_tombstone_is_due_at_once(subject: Subject) -> None:
    stored = await buried(subject)
    assert await claimed(subject) == [DueDeletion(stored.ref, stored.generation, "SWEEP", 0)]


async def test_a_deletion_names_the_upload_that_its_object_was_to_be(subject: Subject) -> None:
    facts = init_facts()
    async with subject.store.autocommit() as statements:
        made = await statements.uploads.insert_by_user_md5(facts, MADE)
        assert made is not None
        stored = a_stored_object(facts)
        await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "MD5_MISMATCH"))
    [due] = await claimed(subject)
    assert due.upload_id == made.upload.upload_id


async def test_a_claim_is_a_lease(subject: Subject) -> None:
    await buried(subject)
    assert len(await claimed(subject, NOW)) == 1
    assert len(await claimed(subject)) == 1
    assert await claimed(subject) == []


async def test_a_batch_has_an_end(subject: Subject) -> None:
    wanted = {(await buried(subject)).generation for _ in range(3)}
    first = await claimed(subject, limit=2)
    rest = await claimed(subject, limit=2)
    assert (len(first), len(rest)) == (2, 1)
    assert {each.generation for each in first + rest} == wanted


async def test_a_batch_takes_what_has_been_due_for_longest(subject: Subject) -> None:
    first, last = await buried(subject), await buried(subject)
    await postpone(subject, last, timedelta(hours=-1), "X")
    assert [each.ref for each in await claimed(subject, limit=1)] == [last.ref]
    assert [each.ref for each in await claimed(subject, limit=1)] == [first.ref]


async def test_what_is_deleted_is_not_due(subject: Subject) -> None:
    stored = await buried(subject)
    async with subject.store.autocommit() as statements:
        await statements.deletions.mark_deleted(stored.ref, stored.generation)
    assert await claimed(subject) == []


async def test_what_is_deleted_and_buried_again_is_due(subject: Subject) -> None:
    stored = await buried(subject)
    async with subject.store.autocommit() as statements:
        await statements.deletions.mark_deleted(stored.ref, stored.generation)
        await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "SWEEP"))
    assert len(await claimed(subject)) == 1


async def test_a_failure_is_counted_with_its_reason(subject: Subject) -> None:
    stored = await buried(subject)
    for failures in (1, 2):
        await postpone(subject, stored, NOW, "STORAGE_UNAVAILABLE")
        [kept] = await open_deletions(subject)
        assert (kept.failures, kept.last_error) == (failures, "STORAGE_UNAVAILABLE")
    [due] = await claimed(subject)
    assert due.failures == 2


async def test_a_postponed_deletion_waits(subject: Subject) -> None:
    stored = await buried(subject)
    await postpone(subject, stored, timedelta(hours=1), "X")
    assert await claimed(subject) == []


async def test_a_deletion_that_is_done_stays_done(subject: Subject) -> None:
    stored = await buried(subject)
    async with subject.store.autocommit() as statements:
        await statements.deletions.mark_deleted(stored.ref, stored.generation)
    await postpone(subject, stored, NOW, "X")
    assert await open_deletions(subject) == []
    [tombstone] = await subject.ledger.tombstones(stored.ref)
    assert tombstone.deleted
    async with subject.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "SWEEP"))
    [again] = await open_deletions(subject)
    assert (again.failures, again.last_error) == (0, None)


async def test_what_fails_most_is_shown_first(subject: Subject) -> None:
    quiet, failing = await buried(subject), await buried(subject)
    await postpone(subject, failing, NOW, "X")
    assert [each.ref for each in await open_deletions(subject)] == [failing.ref, quiet.ref]


async def test_the_backlog_counts_what_is_open(subject: Subject) -> None:
    await postpone(subject, await buried(subject), NOW, "X")
    await buried(subject)
    await subject.upload(session_life=timedelta(hours=-1))
    await subject.upload()
    async with subject.store.autocommit() as statements:
        backlog = await statements.upkeep_reports.backlog(timedelta(minutes=15))
    assert (backlog.sessions_due, backlog.deletions_open) == (1, 2)
    assert backlog.deletions_failing == 1
    assert backlog.oldest_deletion_at is not None
    assert backlog.findings == {}


async def test_an_empty_backlog_is_nothing(subject: Subject) -> None:
    async with subject.store.autocommit() as statements:
        backlog = await statements.upkeep_reports.backlog(NOW)
    assert (backlog.sessions_due, backlog.deletions_open) == (0, 0)
    assert backlog.oldest_deletion_at is None
