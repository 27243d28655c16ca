"""Every object of the bucket is judged, and each is counted once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.application.sweep_walk import SweepMode
from catalog.application.upkeep_records import Finding, FindingKind
from catalog.domain.sweep import OrphanLimit
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import Generation, ObjectRef
from tests.support.builders import a_stored_object, init_facts
from tests.support.world import World, memory_world
from tests.unit.application.bucket_with_traffic import BucketWithTraffic
from tests.unit.application.upkeep_over_memory import OLD, put, put_orphan, upkeep

REPORT, REPAIR, DELETE = SweepMode.REPORT, SweepMode.REPAIR, SweepMode.DELETE


async def findings(world: World, kind: FindingKind) -> list[Finding]:
    async with world.store.autocommit() as statements:
        page = await statements.findings.page(kind, behind=None, limit=100)
    return [each.finding for each in page]


async def expired(world: World) -> Upload:
    upload = await world.waiting()
    code = FailureCode.SESSION_EXPIRED
    await world.ledger.put_upload(replace(upload, status=UploadStatus.FAILED, error_code=code))
    return upload


async def test_a_waiting_upload_whose_news_were_lost_completes(world: World) -> None:
    upload = await world.waiting()
    put(world, upload)
    result = await upkeep(world).sweep()
    assert result.counts == {"objects": 1, "completed": 1}
    assert (await world.now(upload)).status is UploadStatus.COMPLETED
    assert await world.events_of(upload) == ["video.upload.completed"]


async def test_late_bytes_of_a_failed_upload_complete_it(world: World) -> None:
    upload = await expired(world)
    put(world, upload)
    assert (await upkeep(world).sweep()).counts["completed"] == 1
    assert (await world.now(upload)).status is UploadStatus.COMPLETED


async def test_wrong_bytes_are_rejected_and_deleted_by_the_queue(world: World) -> None:
    upload = await expired(world)
    put(world, upload, wrong=True)
    assert (await upkeep(world).sweep()).counts["rejected"] == 1
    await upkeep(world).delete()
    assert world.objects.live == {}


async def test_the_object_that_completed_an_upload_is_kept(world: World) -> None:
    await world.completed()
    assert (await upkeep(world).sweep(DELETE)).counts == {"objects": 1, "kept": 1}
    assert len(world.objects.live) == 1


async def test_another_generation_than_the_completed_one_is_an_alarm(world: World) -> None:
    upload = await world.completed()
    other = put(world, upload)
    result = await upkeep(world).sweep(DELETE)
    assert result.counts == {"objects": 1, "skipped.other_generation": 1}
    assert await findings(world, "other_generation") == [
        Finding("other_generation", upload.ref, other.generation, upload.upload_id, 1000)
    ]
    assert world.objects.live[upload.ref] == other


async def test_a_deletion_that_is_queued_is_left_to_the_queue(world: World) -> None:
    await world.failed()
    assert (await upkeep(world).sweep()).counts == {"objects": 1, "skipped.deletion_queued": 1}


async def test_what_is_deleted_and_alive_all_the_same_is_queued_again(world: World) -> None:
    upload = await world.failed()
    stored = world.objects.live[upload.ref]
    await upkeep(world).delete()
    world.objects.put(stored, world.clock.now())
    assert (await upkeep(world).sweep()).counts == {"objects": 1, "queued_again": 1}
    world.clock.advance(timedelta(minutes=2))
    assert (await upkeep(world).delete()).tally["deleted"] == 1


async def test_a_young_object_of_nobody_is_left_alone(world: World) -> None:
    put_orphan(world, age=OLD - timedelta(days=2))
    result = await upkeep(world).sweep(DELETE)
    assert result.counts == {"objects": 1, "skipped.too_young": 1}
    assert len(world.objects.live) == 1


async def test_an_object_that_a_video_refers_to_is_kept(world: World) -> None:
    upload = await world.completed()
    live = world.objects.live.pop(upload.ref)
    await upkeep(world).forget(upload)
    world.objects.put(replace(live, generation=Generation(7)), world.clock.now() - OLD)
    assert (await upkeep(world).sweep(DELETE)).counts == {"objects": 1, "kept": 1}


@pytest.mark.parametrize("mode", [REPORT, REPAIR])
async def test_an_orphan_is_only_reported(world: World, mode: SweepMode) -> None:
    orphan = put_orphan(world)
    result = await upkeep(world).sweep(mode)
    assert result.counts == {"objects": 1, "orphans": 1, "skipped.orphan": 1}
    assert [each.generation for each in await findings(world, "orphan")] == [orphan.generation]
    assert len(world.objects.live) == 1


async def test_an_orphan_is_deleted_when_that_is_asked_for(world: World) -> None:
    orphan = put_orphan(world)
    result = await upkeep(world).sweep(DELETE)
    assert (result.state, result.counts["deleted"]) == ("finished", 1)
    assert result.as_json()["skipped"] == {}
    assert world.objects.live == {}
    [tombstone] = await world.ledger.tombstones(orphan.ref)
    assert (tombstone.reason, tombstone.deleted) == ("ORPHAN", True)
    assert await findings(world, "orphan") == []


async def test_an_orphan_that_storage_does_not_let_go_is_the_queues(world: World) -> None:
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    put_orphan(world)

    async def down() -> None:
        objects.available = False

    objects.before_delete = down
    result = await upkeep(world).sweep(DELETE)
    assert result.as_json()["skipped"] == {"deletion_queued": 1}
    objects.available, objects.before_delete = True, BucketWithTraffic().before_delete
    assert (await upkeep(world).delete()).tally["deleted"] == 1


async def test_a_dry_run_changes_nothing(world: World) -> None:
    waiting, failed = await world.waiting(), await world.failed()
    put(world, waiting)
    buried = world.objects.live[failed.ref]
    await upkeep(world).delete()
    world.objects.put(buried, world.clock.now())
    put_orphan(world)
    before = (await world.ledger.uploads(), await world.ledger.outbox(), dict(world.objects.live))
    result = await upkeep(world).sweep(REPORT)
    assert result.as_json()["skipped"] == {
        "orphan": 1,
        "would_finalize": 1,
        "would_queue_again": 1,
    }
    after = (await world.ledger.uploads(), await world.ledger.outbox(), dict(world.objects.live))
    assert after == before
    assert (await upkeep(world).delete()).claimed == 0


async def test_every_object_is_counted_once(world: World) -> None:
    for _ in range(3):
        await world.completed()
        put(world, await world.waiting())
        put(world, await expired(world), wrong=True)
        await world.failed()
        put_orphan(world)
        put_orphan(world, age=timedelta(0))
    spelled = (await upkeep(world).sweep(DELETE)).as_json()
    skipped = spelled["skipped"]
    assert isinstance(skipped, dict)
    numbers = [spelled[name] for name in ("kept", "completed", "rejected", "deleted")]
    assert numbers == [3, 3, 3, 3]
    assert skipped == {"deletion_queued": 3, "too_young": 3}
    assert spelled["objects"] == 18


async def test_objects_outside_our_names_are_never_looked_at(world: World) -> None:
    foreign = ObjectRef("catalog-uploads", "thumbnails/1.jpg")
    world.objects.put(a_stored_object(init_facts(ref=foreign)), world.clock.now() - OLD)
    assert (await upkeep(world).sweep(DELETE)).counts == {}


async def test_too_many_orphans_are_not_believed(world: World) -> None:
    for _ in range(5):
        await world.completed()
    for _ in range(5):
        put_orphan(world)
    limit = OrphanLimit(max_fraction=0.4, min_objects=100)
    result = await upkeep(world).sweep(DELETE, limit=limit)
    assert (result.state, result.too_many_orphans) == ("refused", True)
    assert len(world.objects.live) == 10
    assert "deleted" not in result.counts


async def test_a_bucket_without_a_row_ends_the_walk_early(world: World) -> None:
    for _ in range(20):
        put_orphan(world)
    limit = OrphanLimit(max_fraction=0.4, min_objects=4)
    result = await upkeep(world).sweep(DELETE, limit=limit, page_size=2)
    assert (result.state, result.counts["objects"]) == ("refused", 4)
    assert len(world.objects.live) == 20
    anew = await upkeep(world).sweep(DELETE, limit=limit, page_size=2)
    assert (anew.state, anew.counts["objects"]) == ("refused", 4)


async def test_a_walk_that_deletes_nothing_goes_on_but_notes_no_more_than_it_believes(
    world: World,
) -> None:
    for _ in range(20):
        put_orphan(world)
    limit = OrphanLimit(max_fraction=0.4, min_objects=4)
    result = await upkeep(world).sweep(REPORT, limit=limit, page_size=2)
    assert (result.state, result.too_many_orphans) == ("finished", True)
    assert result.counts["orphans"] == 20
    assert len(await findings(world, "orphan")) == 2


async def test_findings_that_are_gone_are_dropped_at_the_end(world: World) -> None:
    orphan = put_orphan(world)
    await upkeep(world).sweep(REPORT)
    del world.objects.live[orphan.ref]
    world.clock.advance(timedelta(minutes=1))
    await upkeep(world).sweep(REPORT)
    assert await findings(world, "orphan") == []
