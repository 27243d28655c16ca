"""Workers at work: who watches them, and how they end."""

import asyncio
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from catalog.application.worker import WorkerHealth
from catalog.runtime.workers import RunningWorkers, WorkersToo


@dataclass(slots=True)
class Subject:
    """Works until told to stop; may break, may be deaf."""

    name: str = "subject"
    fault: Exception | None = None
    deaf: bool = False
    ended: bool = False
    health: WorkerHealth = field(default_factory=lambda: WorkerHealth(60))
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stop: asyncio.Event) -> None:
        if self.deaf:
            await asyncio.Event().wait()
        waiting = [asyncio.ensure_future(event.wait()) for event in (stop, self.go)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        if self.fault is not None:
            raise self.fault
        self.ended = True


class Ready:
    async def check(self) -> dict[str, str]:
        return {"database": "ok"}


async def test_workers_that_are_told_to_stop_end_in_their_own_time() -> None:
    workers = [Subject("one"), Subject("two")]
    running = RunningWorkers(workers, asyncio.Event())
    await asyncio.sleep(0)
    await running.end(grace_seconds=10)
    assert [worker.ended for worker in workers] == [True, True]


async def test_a_worker_that_does_not_end_is_cancelled_after_its_grace() -> None:
    running = RunningWorkers([Subject(deaf=True), Subject("other")], asyncio.Event())
    with capture_logs() as logs:
        await running.end(grace_seconds=0.5)
    assert [(line["event"], line["worker"]) for line in logs] == [("worker_cancelled", "subject")]


async def test_a_worker_that_breaks_ends_the_watch_and_its_text_is_not_logged() -> None:
    worker = Subject(fault=ValueError("secret"))
    running = RunningWorkers([worker, Subject("other")], asyncio.Event())
    worker.go.set()
    with pytest.raises(ValueError, match="secret"):
        await running.watch()
    with capture_logs() as logs:
        await running.end(grace_seconds=10)
    assert [(line["event"], line["worker"]) for line in logs] == [("worker_failed", "subject")]
    assert "secret" not in str(logs)


async def test_a_worker_that_just_ends_ends_the_watch() -> None:
    worker = Subject()
    running = RunningWorkers([worker], asyncio.Event())
    worker.go.set()
    with pytest.raises(RuntimeError, match="worker subject ended"):
        await running.watch()
    await running.end(grace_seconds=10)


async def test_a_watch_over_nobody_goes_on_until_it_is_cancelled() -> None:
    running = RunningWorkers([], asyncio.Event())
    watch = asyncio.create_task(running.watch())
    done, _ = await asyncio.wait([watch], timeout=0.02)
    assert not done
    watch.cancel()
    await running.end(grace_seconds=10)


async def test_readiness_names_every_worker_and_whether_it_gets_its_work_done() -> None:
    fine, stalled = Subject("fine"), Subject("stalled")
    fine.health.succeeded(asyncio.get_running_loop().time())
    running = RunningWorkers([fine, stalled], asyncio.Event())
    components = await WorkersToo(Ready(), running).check()
    assert components == {"database": "ok", "fine": "ok", "stalled": "stalled"}
    await running.end(grace_seconds=10)
