"""A walk stops anywhere and is resumed by anybody."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from catalog.adapters.memory.store import MemoryStore
from catalog.application.finalize_upload import FinalizeOutcome
from catalog.application.records import Arrival
from catalog.application.sweep_walk import SweepMode, SweepRun
from catalog.domain.upload import UploadStatus
from tests.support.world import World
from tests.unit.application.breaking_walk import broken_off, completed_and_waiting
from tests.unit.application.upkeep_over_memory import put, put_orphan, upkeep

REPAIR = SweepMode.REPAIR


async def test_a_walk_that_breaks_off_goes_on_where_it_was() -> None:
    world, objects = await broken_off()
    result = await upkeep(world).sweep(page_size=2)
    assert objects.listed == 2
    assert result.counts == {"objects": 10, "kept": 5, "completed": 5}
    assert result.state == "finished"


async def test_a_restart_begins_at_the_start() -> None:
    world, objects = await broken_off()
    sweep = upkeep(world).bucket_sweep(page_size=2)
    result = await sweep(SweepRun(REPAIR, restart=True))
    assert (objects.listed, result.counts["objects"]) == (5, 10)


async def test_a_stop_leaves_the_walk_for_the_next_run(world: World) -> None:
    await completed_and_waiting(world)
    stop = asyncio.Event()
    seen: list[str] = []

    def progress(position: str, counts: Mapping[str, int]) -> None:
        seen.append(f"{position} {counts['objects']}")
        if len(seen) == 2:
            stop.set()

    sweep = upkeep(world).bucket_sweep(page_size=2)
    stopped = await sweep(SweepRun(REPAIR, stop=stop, progress=progress))
    assert (stopped.state, stopped.counts["objects"]) == ("stopped", 4)
    assert [each.split()[1] for each in seen] == ["2", "4"]
    assert stopped.position == seen[-1].split()[0]
    result = await sweep(SweepRun(REPAIR))
    assert (result.state, result.counts["objects"]) == ("finished", 10)


async def test_a_stop_without_the_database_is_one_all_the_same(world: World) -> None:
    """Its turn ends with its lease."""
    await completed_and_waiting(world)
    store, stop = world.store, asyncio.Event()
    assert isinstance(store, MemoryStore)

    def progress(_position: str, _counts: Mapping[str, int]) -> None:
        store.available = False
        stop.set()

    sweep = upkeep(world).bucket_sweep(page_size=2)
    assert (await sweep(SweepRun(stop=stop, progress=progress))).state == "stopped"


async def test_a_stop_within_a_page_leaves_the_rest_of_it_to_the_next_run(world: World) -> None:
    uploads = [await world.waiting() for _ in range(3)]
    for upload in uploads:
        put(world, upload)
    stop, sweep = asyncio.Event(), upkeep(world).bucket_sweep(at_once=1)

    async def finalize(arrival: Arrival) -> FinalizeOutcome:
        stop.set()
        return await sweep.finalize(arrival)

    stopped = await replace(sweep, finalize=finalize)(SweepRun(REPAIR, stop=stop))
    assert (stopped.state, stopped.counts["completed"]) == ("stopped", 1)
    assert (await sweep(SweepRun(REPAIR))).state == "finished"
    after = [await world.now(upload) for upload in uploads]
    assert [each.status for each in after] == [UploadStatus.COMPLETED] * 3


async def test_two_at_once_do_not_walk_the_same(world: World) -> None:
    await completed_and_waiting(world)
    sweep = upkeep(world).bucket_sweep(page_size=2)
    results = await asyncio.gather(*(sweep(SweepRun(REPAIR)) for _ in range(2)))
    assert sorted(each.state for each in results) == ["finished", "not_now"]


def overtaken(world: World, mode: SweepMode) -> SweepRun:
    """A run whose walk is another's after its first page."""

    def overtake(_position: str, _counts: Mapping[str, int]) -> None:
        assert isinstance(world.store, MemoryStore)
        sweeps = world.store.tables.sweeps
        name = f"bucket/catalog-uploads/{mode.value}"
        sweeps[name] = replace(sweeps[name], owner=uuid.uuid4())

    return SweepRun(mode, progress=overtake)


async def test_who_was_overtaken_stops(world: World) -> None:
    await completed_and_waiting(world)
    slow = upkeep(world).bucket_sweep(page_size=2, lease=timedelta(0))
    result = await slow(overtaken(world, REPAIR))
    assert (result.state, result.counts["objects"]) == ("lost", 2)


async def test_who_was_overtaken_at_the_last_page_deletes_nothing(world: World) -> None:
    orphan = put_orphan(world)
    result = await upkeep(world).bucket_sweep()(overtaken(world, SweepMode.DELETE))
    assert (result.state, result.counts["objects"]) == ("lost", 1)
    assert orphan.ref in world.objects.live


async def test_a_sweep_is_not_repeated_before_its_time(world: World) -> None:
    sweep = upkeep(world).bucket_sweep()
    day = SweepRun(REPAIR, every=timedelta(days=1))
    assert [(await sweep(day)).state for _ in range(2)] == ["finished", "not_now"]
    world.clock.advance(timedelta(days=1))
    assert (await sweep(day)).state == "finished"


async def test_a_dry_run_and_a_real_one_do_not_share_their_progress(world: World) -> None:
    await completed_and_waiting(world)
    await upkeep(world).sweep(SweepMode.REPORT)
    assert (await upkeep(world).sweep(REPAIR)).counts["completed"] == 5


async def test_a_result_is_spelled_for_people_and_machines(world: World) -> None:
    put_orphan(world)
    result = await upkeep(world).sweep(SweepMode.REPORT)
    spelled = result.as_json()
    assert spelled.pop("started_at") == world.clock.now().isoformat()
    assert spelled == {
        "sweep": "bucket/catalog-uploads/report",
        "mode": "report",
        "state": "finished",
        "position": None,
        "too_many_orphans": False,
        "objects": 1,
        "orphans": 1,
        "kept": 0,
        "completed": 0,
        "deleted": 0,
        "skipped": {"orphan": 1},
    }
