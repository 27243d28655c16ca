"""Pages of a walk: what is known of objects, and uploads in a lasting order."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalog.application.records import HistoryEntry, Tombstone
from catalog.application.upkeep_records import ListedObject, SweepTurn
from catalog.domain.sweep import KnownObject
from catalog.domain.upload import Decision, Upload, UploadStatus
from catalog.domain.values import Generation, ObjectRef, StoredObject
from tests.contract.subject import Subject
from tests.support.builders import BUCKET, a_stored_object, a_user, init_facts

LEASE = timedelta(minutes=5)
NOW = timedelta(0)


async def a_walk(subject: Subject) -> SweepTurn:
    turn = SweepTurn("walk", uuid.uuid4(), LEASE, None, {})
    async with subject.store.autocommit() as statements:
        await statements.sweeps.begin(turn.name, turn.owner, lease=LEASE, every=NOW, restart=False)
    return turn


def listed(*objects: StoredObject) -> list[ListedObject]:
    return [ListedObject(each, datetime.now(UTC)) for each in objects]


async def known(subject: Subject, *objects: StoredObject) -> Sequence[KnownObject]:
    turn = await a_walk(subject)
    async with subject.store.autocommit() as statements:
        page = await statements.sweeps.look_up(turn, BUCKET, listed(*objects))
    assert page is not None
    assert abs(page.at - datetime.now(UTC)) < timedelta(minutes=1)
    return page.known


async def test_every_object_of_a_page_is_known_in_its_place(subject: Subject) -> None:
    waiting, failed = await subject.upload(), await subject.failed_upload()
    completed = await subject.completed_upload()
    nobodys = a_stored_object(init_facts())
    uploads = (failed, completed, waiting)
    objects = [a_stored_object(each) for each in uploads]
    assert await known(subject, *objects, nobodys) == [
        *(
            KnownObject(each.upload_id, each.status, completed_by=each.generation)
            for each in uploads
        ),
        KnownObject(),
    ]


async def test_a_tombstone_is_of_its_generation_alone(subject: Subject) -> None:
    upload = await subject.upload()
    buried, deleted, other = (a_stored_object(upload) for _ in range(3))
    async with subject.store.autocommit() as statements:
        for stored in (buried, deleted):
            await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "SWEEP"))
        await statements.deletions.mark_deleted(deleted.ref, deleted.generation)
    found = await known(subject, buried, deleted, other)
    assert [(each.tombstoned, each.deleted) for each in found] == [
        (True, False),
        (True, True),
        (False, False),
    ]


async def test_a_name_that_only_a_video_refers_to_is_referenced(subject: Subject) -> None:
    upload = await subject.completed_upload()
    stored = a_stored_object(upload)
    [owned] = await known(subject, stored)
    assert not owned.referenced
    async with subject.store.transaction() as statements:
        await statements.endings.forget(
            upload, HistoryEntry("operator", "forget", Decision.REPLACE)
        )
    async with subject.store.autocommit() as statements:
        turn = SweepTurn("other", uuid.uuid4(), LEASE, None, {})
        await statements.sweeps.begin(turn.name, turn.owner, lease=LEASE, every=NOW, restart=True)
        page = await statements.sweeps.look_up(turn, BUCKET, listed(stored))
    assert page is not None
    assert page.known[0].referenced
    assert page.known[0].upload_id is None


async def test_names_of_another_bucket_are_others(subject: Subject) -> None:
    upload = await subject.upload()
    elsewhere = a_stored_object(upload)
    turn = await a_walk(subject)
    async with subject.store.autocommit() as statements:
        page = await statements.sweeps.look_up(turn, "another", listed(elsewhere))
    assert page is not None
    assert page.known == [KnownObject()]


async def test_a_look_remembers_the_walk_and_keeps_its_lease(subject: Subject) -> None:
    turn = replace(await a_walk(subject), position="videos/5", counts={"objects": 5})
    async with subject.store.autocommit() as statements:
        await statements.sweeps.look_up(turn, BUCKET, listed(a_stored_object(init_facts())))
        [sweep] = await statements.upkeep_reports.sweeps()
    assert (sweep.position, sweep.counts) == ("videos/5", {"objects": 5})


async def test_pages_are_for_the_holder_of_the_walk_alone(subject: Subject) -> None:
    await a_walk(subject)
    stranger = SweepTurn("walk", uuid.uuid4(), LEASE, None, {})
    objects = listed(a_stored_object(init_facts()))
    async with subject.store.autocommit() as statements:
        assert await statements.sweeps.look_up(stranger, BUCKET, objects) is None
        assert await statements.sweeps.waiting(stranger, None, NOW, 10) is None
        assert await statements.sweeps.completed(stranger, None, 10) is None


async def all_waiting(subject: Subject, age: timedelta, limit: int) -> list[Upload]:
    turn, found = await a_walk(subject), list[Upload]()
    while True:
        last = (found[-1].session_expires_at, found[-1].upload_id) if found else None
        async with subject.store.autocommit() as statements:
            page = await statements.sweeps.waiting(turn, last, age, limit)
        assert page is not None
        if not page:
            return found
        found += page


@pytest.mark.parametrize("limit", [1, 2, 10])
async def test_waiting_uploads_come_by_deadline(subject: Subject, limit: int) -> None:
    hours = (3, 1, 2)
    uploads = [await subject.upload(session_life=timedelta(hours=each)) for each in hours]
    uploading = await subject.forced(uploads[2], UploadStatus.UPLOADING)
    await subject.failed_upload()
    await subject.completed_upload()
    found = await all_waiting(subject, NOW, limit)
    assert [each.upload_id for each in found] == [
        uploads[1].upload_id,
        uploading.upload_id,
        uploads[0].upload_id,
    ]


async def test_young_uploads_are_left_alone(subject: Subject) -> None:
    await subject.upload()
    assert await all_waiting(subject, timedelta(minutes=15), 10) == []


@pytest.mark.parametrize("limit", [1, 2, 10])
async def test_completed_uploads_come_by_object(subject: Subject, limit: int) -> None:
    uploads = [await subject.completed_upload() for _ in range(3)]
    facts = init_facts(a_user())
    elsewhere = await subject.completed_upload(
        user=facts.user_id, md5=facts.md5, ref=ObjectRef("another-bucket", facts.ref.name)
    )
    await subject.upload()
    await subject.failed_upload()
    turn, found = await a_walk(subject), list[Upload]()
    while True:
        async with subject.store.autocommit() as statements:
            page = await statements.sweeps.completed(turn, found[-1].ref if found else None, limit)
        assert page is not None
        if not page:
            break
        found += page
    by_name = sorted(uploads, key=lambda each: each.ref.name)
    assert [each.ref for each in found] == [each.ref for each in (elsewhere, *by_name)]
    assert all(each.generation != Generation(0) for each in found)
