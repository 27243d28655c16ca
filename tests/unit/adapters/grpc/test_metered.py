"""A metered coroutine does what it would do anyway, and what it works is taken off a budget."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest

from catalog.adapters.grpc.metered import Meter, metered
from catalog.application.limits import WorkBudget

WORK_SECONDS = 0.02


@dataclass(slots=True)
class Spent(WorkBudget):
    seconds: float = field(default=0.0, init=False)

    def spend(self, seconds: float, times: int = 1) -> None:
        self.seconds += seconds * times


def work() -> None:
    end = time.thread_time() + WORK_SECONDS
    while time.thread_time() < end:
        pass


async def test_its_result_is_handed_back() -> None:
    async def answering() -> str:
        await asyncio.sleep(0)
        return "answer"

    assert await metered(answering(), Spent(1)) == "answer"


async def test_every_step_is_taken_off_and_no_waiting() -> None:
    budget, over = Spent(1), asyncio.Event()

    async def working() -> None:
        work()
        await over.wait()
        work()

    task = asyncio.ensure_future(metered_task(working, budget))
    await asyncio.sleep(0)
    waited_from = budget.seconds
    assert waited_from >= WORK_SECONDS
    work()  # somebody else's
    assert budget.seconds == waited_from
    over.set()
    await task
    assert budget.seconds >= 2 * WORK_SECONDS


async def metered_task(working: object, budget: WorkBudget) -> None:
    assert callable(working)
    await metered(working(), budget)


async def test_what_it_raises_is_raised_and_its_work_counts() -> None:
    budget = Spent(1)

    async def failing() -> None:
        work()
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        await metered(failing(), budget)
    assert budget.seconds >= WORK_SECONDS


async def test_it_is_cancelled_where_it_waits_and_may_tidy_up() -> None:
    tidied = []

    async def waiting() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            tidied.append(True)

    task = asyncio.ensure_future(metered_task(waiting, Spent(1)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tidied == [True]


async def test_a_deadline_within_it_ends_the_wait_and_no_more() -> None:
    async def limited() -> str:
        try:
            async with asyncio.timeout(0.001):
                await asyncio.Event().wait()
        except TimeoutError:
            await asyncio.sleep(0)
            return "late"
        return "never"

    assert await metered(limited(), Spent(1)) == "late"


def test_one_that_is_dropped_is_closed() -> None:
    closed = []

    async def waiting() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            closed.append(True)

    async def dropped() -> None:
        await metered(waiting(), Spent(1))

    coroutine = dropped()

    async def begin() -> None:
        coroutine.send(None)

    asyncio.run(begin())
    coroutine.close()
    assert closed == [True]


async def test_one_call_in_so_many_is_timed_for_all_of_them() -> None:
    budget = Spent(1)
    meter = Meter(budget, one_in=4)

    async def working() -> None:
        work()

    await meter.around(working())
    first = budget.seconds
    assert first >= 4 * WORK_SECONDS
    for _ in range(3):
        await meter.around(working())
    assert budget.seconds == first
    await meter.around(working())
    assert budget.seconds >= first + 4 * WORK_SECONDS


async def test_none_is_timed_where_there_is_no_limit() -> None:
    budget = Spent(0)
    meter = Meter(budget)

    async def working() -> str:
        return "answer"

    assert await meter.around(working()) == "answer"
    assert budget.seconds == 0
