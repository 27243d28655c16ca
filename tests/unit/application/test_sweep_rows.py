"""Rows are held against the bucket: news that were lost, objects that are gone."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.application.sweep_walk import SweepMode, SweepRun
from catalog.application.upkeep_records import Finding
from catalog.domain.sweep import OrphanLimit
from catalog.domain.upload import UploadStatus
from catalog.domain.values import Generation
from tests.support.world import World, memory_world
from tests.unit.application.bucket_with_traffic import BucketWithTraffic
from tests.unit.application.upkeep_over_memory import put, put_orphan, upkeep


async def findings(world: World) -> list[Finding]:
    async with world.store.autocommit() as statements:
        page = await statements.findings.page("gone", behind=None, limit=100)
    return [each.finding for each in page]


async def test_an_upload_that_waits_for_long_completes_by_a_look(world: World) -> None:
    upload = await world.waiting()
    put(world, upload)
    result = await upkeep(world).sweep_waiting()
    assert result.counts == {"uploads": 1, "completed": 1}
    assert await world.events_of(upload) == ["video.upload.completed"]


async def test_one_with_nothing_stored_goes_on_waiting(world: World) -> None:
    upload = await world.waiting()
    assert (await upkeep(world).sweep_waiting()).counts == {
        "uploads": 1,
        "skipped.nothing_there": 1,
    }
    assert await world.now(upload) == upload


async def test_wrong_bytes_fail_it(world: World) -> None:
    upload = await world.waiting()
    put(world, upload, wrong=True)
    assert (await upkeep(world).sweep_waiting()).counts["rejected"] == 1
    assert (await world.now(upload)).status is UploadStatus.FAILED


async def test_a_young_upload_is_not_looked_at(world: World) -> None:
    put(world, await world.waiting())
    age = timedelta(minutes=15)
    assert (await upkeep(world).sweep_waiting(age=age)).counts == {}
    world.clock.advance(age)
    assert (await upkeep(world).sweep_waiting(age=age)).counts["completed"] == 1


async def test_a_dry_run_only_counts(world: World) -> None:
    upload = await world.waiting()
    put(world, upload)
    result = await upkeep(world).sweep_waiting(SweepMode.REPORT)
    assert result.counts == {"uploads": 1, "skipped.would_finalize": 1}
    assert await world.now(upload) == upload


async def test_every_page_is_walked(world: World) -> None:
    for _ in range(5):
        put(world, await world.waiting())
    assert (await upkeep(world).sweep_waiting(page_size=2)).counts == {
        "uploads": 5,
        "completed": 5,
    }


async def test_storage_that_is_down_skips_uploads_and_not_the_walk(world: World) -> None:
    put(world, await world.waiting())
    world.objects.available = False
    result = await upkeep(world).sweep_waiting()
    assert (result.state, result.counts["skipped.STORAGE_UNAVAILABLE"]) == ("finished", 1)


async def test_a_stop_within_a_page_leaves_the_rest_of_it_to_the_next_run() -> None:
    objects, stop = BucketWithTraffic(), asyncio.Event()
    world = memory_world(objects=objects)
    uploads = [await world.waiting() for _ in range(3)]
    for upload in uploads:
        put(world, upload)

    async def stop_soon() -> None:
        stop.set()

    objects.after_stat = stop_soon
    sweep = upkeep(world).waiting_sweep(at_once=1)
    stopped = await sweep(SweepRun(SweepMode.REPAIR, stop=stop))
    assert (stopped.state, stopped.counts["completed"]) == ("stopped", 1)
    assert (await sweep(SweepRun(SweepMode.REPAIR))).state == "finished"
    after = [await world.now(upload) for upload in uploads]
    assert [each.status for each in after] == [UploadStatus.COMPLETED] * 3


async def test_completed_uploads_with_their_objects_are_kept(world: World) -> None:
    for _ in range(3):
        await world.completed()
    put_orphan(world)
    await world.failed()
    assert (await upkeep(world).sweep_completed(page_size=2)).counts == {"uploads": 3, "kept": 3}


@pytest.mark.parametrize("page_size", [1, 2, 3, 1000])
async def test_a_completed_upload_whose_object_is_gone_is_reported(
    world: World, page_size: int
) -> None:
    uploads = [await world.completed() for _ in range(4)]
    lost = uploads[1]
    assert lost.generation is not None
    del world.objects.live[lost.ref]
    result = await upkeep(world).sweep_completed(page_size=page_size)
    assert result.counts == {"uploads": 4, "kept": 3, "gone": 1}
    assert await findings(world) == [
        Finding("gone", lost.ref, lost.generation, lost.upload_id, 1000)
    ]
    assert await world.now(lost) == lost


async def test_one_with_another_object_is_the_bucket_sweeps_to_report(world: World) -> None:
    upload = await world.completed()
    live = world.objects.live[upload.ref]
    world.objects.put(replace(live, generation=Generation(live.generation + 1)))
    result = await upkeep(world).sweep_completed()
    assert result.counts == {"uploads": 1, "skipped.other_generation": 1}
    assert await findings(world) == []


async def test_what_is_found_again_is_no_finding_any_more(world: World) -> None:
    upload = await world.completed()
    live = world.objects.live.pop(upload.ref)
    await upkeep(world).sweep_completed()
    world.objects.put(live)
    world.clock.advance(timedelta(minutes=1))
    await upkeep(world).sweep_completed()
    assert await findings(world) == []


async def test_a_bucket_that_lost_everything_is_doubted(world: World) -> None:
    for _ in range(6):
        await world.completed()
    world.objects.live.clear()
    limit = OrphanLimit(max_fraction=0.5, min_objects=2)
    result = await upkeep(world).sweep_completed(limit=limit, page_size=2)
    assert (result.state, result.counts["uploads"]) == ("refused", 2)


async def test_a_stop_leaves_both_walks_where_they_are(world: World) -> None:
    for _ in range(3):
        await world.completed()
        await world.waiting()
    stop = asyncio.Event()
    stop.set()
    run = SweepRun(SweepMode.REPAIR, stop=stop)
    assert (await upkeep(world).waiting_sweep(page_size=1)(run)).state == "stopped"
    assert (await upkeep(world).completed_sweep(page_size=1)(run)).state == "stopped"
