"""Work in rounds: how often, what a failed round means, and when it is healthy."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from catalog.application.store import ConcurrentChangeError
from catalog.application.worker import PeriodicWorker, WorkerHealth, rest
from catalog.domain.errors import DatabaseUnavailableError
from tests.support.waiting import until
from tests.unit.application.relay_world import Told


class Rounds:
    """Counts, and does as told."""

    def __init__(self, *outcomes: bool | Exception) -> None:
        self.outcomes = list(outcomes)
        self.count = 0

    async def __call__(self, stop: asyncio.Event) -> bool:
        self.count += 1
        outcome = self.outcomes.pop(0) if self.outcomes else False
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


async def run_until(
    condition: Callable[[], bool], worker: PeriodicWorker, stop: asyncio.Event
) -> None:
    running: Awaitable[None] = asyncio.create_task(worker.run(stop))
    await until(condition)
    stop.set()
    await running


async def test_rounds_follow_at_once_while_there_is_more_and_rest_when_there_is_not() -> None:
    rounds = Rounds(True, True, True, False)
    worker = PeriodicWorker("w", rounds, 3600, Told())
    await run_until(lambda: rounds.count == 4, worker, asyncio.Event())
    assert rounds.count == 4


@pytest.mark.parametrize("fault", [DatabaseUnavailableError(), ConcurrentChangeError()])
async def test_a_round_that_fails_in_passing_is_told_of_and_tried_again(fault: Exception) -> None:
    rounds, told = Rounds(fault, fault), Told()
    worker = PeriodicWorker("w", rounds, 0.001, told)
    await run_until(lambda: worker.health.last_success is not None, worker, asyncio.Event())
    assert told.said == ["worker_round_failed"] * 2


async def test_a_round_that_breaks_ends_the_worker() -> None:
    worker = PeriodicWorker("w", Rounds(KeyError("x")), 3600, Told())
    with pytest.raises(KeyError):
        await worker.run(asyncio.Event())


def test_a_worker_is_healthy_for_a_while_after_each_success_and_not_before_the_first() -> None:
    health = WorkerHealth(10)
    assert not health.healthy(0)
    health.succeeded(100)
    assert health.healthy(110)
    assert not health.healthy(110.1)


async def test_a_rest_ends_when_told_to_stop() -> None:
    stop = asyncio.Event()
    await rest(stop, 0.001)
    resting = asyncio.create_task(rest(stop, 3600))
    await asyncio.sleep(0)
    stop.set()
    await resting


async def test_a_worker_that_is_cancelled_at_rest_ends() -> None:
    rounds, stop = Rounds(), asyncio.Event()
    running = asyncio.create_task(PeriodicWorker("w", rounds, 3600, Told()).run(stop))
    await until(lambda: rounds.count == 1)
    running.cancel()
    await until(lambda: running.done() or rounds.count > 1)
    stop.set()
    await asyncio.wait([running], timeout=10)
    assert running.cancelled()
    assert rounds.count == 1
