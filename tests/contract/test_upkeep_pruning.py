"""Removal of what is over, in bounded statements."""

from datetime import timedelta

import pytest

from catalog.application.records import HistoryEntry, Quarantined, Tombstone
from catalog.domain.upload import Decision, Upload
from catalog.domain.values import StoredObject
from tests.contract.subject import Subject
from tests.support.builders import a_stored_object, init_facts
from tests.support.ledger import decisions

NOW = timedelta(0)
"""As an age: everything is old enough. Spans that lie ahead make even new rows old."""
AHEAD = timedelta(days=-30)
LONG = timedelta(days=30)
PRUNED = HistoryEntry("gc", "prune", Decision.NOOP)


async def prune_inbox(subject: Subject, age: timedelta, quarantine: timedelta, limit: int) -> int:
    async with subject.store.autocommit() as statements:
        return await statements.pruning.inbox(age, quarantine, limit)


async def prune_history(subject: Subject, age: timedelta, limit: int) -> int:
    async with subject.store.autocommit() as statements:
        return await statements.pruning.history(age, limit)


async def prune_uploads(
    subject: Subject, *, age: timedelta = AHEAD, margin: timedelta = AHEAD, limit: int = 10
) -> int:
    async with subject.store.autocommit() as statements:
        return await statements.pruning.failed_uploads(age, margin, PRUNED, limit)


async def prune_tombstones(subject: Subject, age: timedelta, limit: int) -> tuple[int, int]:
    """Prune once; return how many went and how many were kept."""
    async with subject.store.autocommit() as statements:
        page = await statements.pruning.tombstones(age, limit)
    return page.pruned, page.kept


async def settled(subject: Subject) -> StoredObject:
    stored = a_stored_object(await subject.upload())
    await subject.claim(stored)
    return stored


async def test_old_storage_events_go_a_batch_at_a_time(subject: Subject) -> None:
    objects = [await settled(subject) for _ in range(3)]
    assert await prune_inbox(subject, LONG, LONG, 10) == 0
    assert await prune_inbox(subject, AHEAD, AHEAD, 2) == 2
    assert await subject.ledger.inbox(objects[2].dedup_key) is not None
    assert await prune_inbox(subject, AHEAD, AHEAD, 2) == 1


async def test_quarantined_pushes_stay_longer(subject: Subject) -> None:
    async with subject.store.autocommit() as statements:
        await statements.inbox.quarantine(Quarantined("msg:1", "1", b"{", "bad JSON"))
    assert await prune_inbox(subject, AHEAD, LONG, 10) == 0
    assert await subject.ledger.inbox("msg:1", "gcs-quarantine") is not None
    assert await prune_inbox(subject, AHEAD, AHEAD, 10) == 1


async def test_the_oldest_history_goes_first(subject: Subject) -> None:
    first, second = await subject.upload(), await subject.upload()
    assert await prune_history(subject, LONG, 10) == 0
    assert await prune_history(subject, AHEAD, 1) == 1
    assert await subject.ledger.history(first.upload_id) == []
    assert len(await subject.ledger.history(second.upload_id)) == 1


async def over(subject: Subject) -> Upload:
    """Make a failed upload whose object is deleted."""
    upload = await subject.failed_upload()
    for tombstone in await subject.ledger.tombstones(upload.ref):
        async with subject.store.autocommit() as statements:
            await statements.deletions.mark_deleted(upload.ref, tombstone.generation)
    return upload


async def test_a_failed_upload_goes_and_its_story_stays(subject: Subject) -> None:
    upload = await over(subject)
    assert await prune_uploads(subject) == 1
    assert await subject.ledger.uploads() == []
    story = decisions(await subject.ledger.history(upload.upload_id))
    assert story[0] == "init:insert"
    assert story[-1] == "prune:noop"


async def test_uploads_that_have_not_failed_stay(subject: Subject) -> None:
    await subject.upload()
    await subject.completed_upload()
    assert await prune_uploads(subject) == 0
    assert len(await subject.ledger.uploads()) == 2


@pytest.mark.parametrize(("age", "margin"), [(LONG, AHEAD), (AHEAD, NOW), (AHEAD, LONG)])
async def test_a_failed_upload_stays_while_it_is_young_or_bytes_may_arrive(
    subject: Subject, age: timedelta, margin: timedelta
) -> None:
    await over(subject)
    assert await prune_uploads(subject, age=age, margin=margin) == 0


async def test_a_failed_upload_stays_while_its_object_is_not_deleted(subject: Subject) -> None:
    await subject.failed_upload()
    assert await prune_uploads(subject) == 0
    assert len(await subject.ledger.uploads()) == 1


async def test_failed_uploads_go_a_batch_at_a_time(subject: Subject) -> None:
    for _ in range(3):
        await over(subject)
    assert [await prune_uploads(subject, limit=2) for _ in range(3)] == [2, 1, 0]


async def deleted_orphan(subject: Subject) -> StoredObject:
    stored = a_stored_object(init_facts())
    async with subject.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "ORPHAN"))
        await statements.deletions.mark_deleted(stored.ref, stored.generation)
    return stored


async def test_tombstones_go_after_their_time(subject: Subject) -> None:
    orphan = await deleted_orphan(subject)
    assert await prune_tombstones(subject, LONG, 10) == (0, 0)
    assert await prune_tombstones(subject, AHEAD, 10) == (1, 0)
    assert await subject.ledger.tombstones(orphan.ref) == []


async def test_tombstones_stay_as_long_as_the_upload(subject: Subject) -> None:
    upload = await over(subject)
    assert await prune_tombstones(subject, AHEAD, 10) == (0, 1)
    await prune_uploads(subject)
    assert await prune_tombstones(subject, AHEAD, 10) == (1, 0)
    assert await subject.ledger.tombstones(upload.ref) == []


async def test_tombstones_of_objects_that_are_still_there_stay(subject: Subject) -> None:
    stored = a_stored_object(init_facts())
    async with subject.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "ORPHAN"))
    assert await prune_tombstones(subject, AHEAD, 10) == (0, 0)


async def test_tombstones_that_stay_do_not_hide_those_that_go(subject: Subject) -> None:
    for _ in range(3):
        await over(subject)
        await deleted_orphan(subject)
    assert [await prune_tombstones(subject, AHEAD, 2) for _ in range(3)] == [(1, 1)] * 3
    assert await prune_tombstones(subject, AHEAD, 10) == (0, 3)
