"""What sweeps show of themselves, however often they are broken off."""

import pytest

from catalog.adapters.memory.measures import MemoryMeasures
from catalog.application.metrics.upkeep import SWEEP_RUNS, SWEPT
from catalog.application.sweep_figures import MeasuredSweep
from catalog.application.sweep_walk import SweepMode, SweepResult, SweepRun
from catalog.domain.errors import StorageUnavailableError
from tests.support.world import World, memory_world
from tests.unit.application.breaking_walk import Breaking, completed_and_waiting
from tests.unit.application.upkeep_over_memory import upkeep


def runs(measures: MemoryMeasures) -> dict[str, float]:
    states = SWEEP_RUNS.labels["state"]
    found = {state: measures.count(SWEEP_RUNS, sweep="bucket", state=state) for state in states}
    return {state: count for state, count in found.items() if count}


def swept(measures: MemoryMeasures) -> dict[str, float]:
    found = {each: measures.count(SWEPT, outcome=each) for each in SWEPT.labels["outcome"]}
    return {outcome: count for outcome, count in found.items() if count}


async def run(world: World, measures: MemoryMeasures, **policy: object) -> SweepResult:
    sweep = upkeep(world).bucket_sweep(page_size=2, **policy)
    return await MeasuredSweep("bucket", sweep, measures)(SweepRun(SweepMode.REPAIR))


async def test_a_walk_that_breaks_off_counts_each_object_that_it_looked_at_once() -> None:
    objects, measures = Breaking(), MemoryMeasures()
    world = memory_world(objects=objects)
    await completed_and_waiting(world)
    objects.pages = 3
    with pytest.raises(StorageUnavailableError):
        await run(world, measures)
    assert runs(measures) == {"failed": 1}
    assert swept(measures)["objects"] == 6
    objects.pages = 1000
    await run(world, measures)
    assert runs(measures) == {"failed": 1, "finished": 1}
    assert swept(measures) == {"objects": 10, "kept": 5, "completed": 5}


async def test_a_walk_that_is_not_due_is_no_run() -> None:
    measures = MemoryMeasures()

    async def not_now(_: SweepRun) -> SweepResult:
        return SweepResult("bucket/x/repair", SweepMode.REPAIR, "not_now")

    await MeasuredSweep("bucket", not_now, measures)(SweepRun())
    assert not runs(measures)


async def test_reasons_for_skipping_are_one_figure() -> None:
    measures = MemoryMeasures()

    async def sweep(run: SweepRun) -> SweepResult:
        run.begun({"uploads": 10})
        run.progress("here", {"uploads": 12, "skipped.nothing_there": 1})
        counts = {"uploads": 13, "skipped.nothing_there": 1, "skipped.CONTENTION": 2}
        return SweepResult("waiting/repair", SweepMode.REPAIR, "stopped", counts)

    await MeasuredSweep("waiting", sweep, measures)(SweepRun())
    assert swept(measures) == {"uploads": 3, "skipped": 3}


async def test_whoever_watches_a_walk_still_does() -> None:
    told: list[object] = []

    async def sweep(run: SweepRun) -> SweepResult:
        run.begun({"uploads": 1})
        run.progress("here", {"uploads": 2})
        return SweepResult("waiting/repair", SweepMode.REPAIR, "finished", {"uploads": 2})

    def progress(position: str, _: object) -> None:
        told.append(position)

    asked = SweepRun(begun=told.append, progress=progress)
    await MeasuredSweep("waiting", sweep, MemoryMeasures())(asked)
    assert told == [{"uploads": 1}, "here"]
