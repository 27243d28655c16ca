"""A deadline is asyncio's: every test asks both, and both must say the same."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from catalog.application.deadline import Deadline

Within = Callable[[float], AbstractAsyncContextManager[object]]


@asynccontextmanager
async def _ours(seconds: float) -> AsyncIterator[None]:
    task = asyncio.current_task()
    assert task is not None
    with Deadline(task, seconds):
        yield


@pytest.fixture(params=[asyncio.timeout, _ours], ids=["asyncio", "ours"])
def within(request: pytest.FixtureRequest) -> Within:
    kind: Within = request.param
    return kind


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.01])
async def test_what_lasts_longer_is_cut_off_with_a_timeout(within: Within, seconds: float) -> None:
    with pytest.raises(TimeoutError):
        async with within(seconds):
            await asyncio.sleep(60)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)  # nothing of it is left to come


async def test_what_ends_in_time_is_left_alone_for_good(within: Within) -> None:
    async with within(0.0):
        pass
    for _ in range(3):
        await asyncio.sleep(0)


async def test_a_fault_comes_out_as_it_is(within: Within) -> None:
    with pytest.raises(KeyError):
        async with within(60):
            raise KeyError


async def test_a_fault_of_what_is_cut_off_comes_out_as_it_is(within: Within) -> None:
    async def work() -> None:
        async with within(0.0):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                raise KeyError from None

    with pytest.raises(KeyError):
        await work()


async def test_a_cancellation_from_outside_stays_one(within: Within) -> None:
    started = asyncio.Event()

    async def work() -> None:
        async with within(60):
            started.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_cancellation_from_outside_wins_over_a_deadline_that_passes_with_it(
    within: Within,
) -> None:
    async def work() -> None:
        async with within(0.0):
            task = asyncio.current_task()
            assert task is not None
            asyncio.get_running_loop().call_soon(task.cancel)
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_one_that_passes_in_the_tidying_of_what_was_cancelled_says_so() -> None:
    """Asked of ours alone: asyncio's own does not say so in early releases of Python 3.11."""
    said: list[str] = []

    async def tidy() -> None:
        try:
            async with _ours(0.0):
                await asyncio.sleep(60)
        except TimeoutError:
            said.append("too long")

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await tidy()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert said == ["too long"]


async def test_the_inner_of_two_that_passes_leaves_the_outer_alone(within: Within) -> None:
    async with within(60):
        with pytest.raises(TimeoutError):
            async with within(0.01):
                await asyncio.sleep(60)
        await asyncio.sleep(0)


async def test_the_outer_of_two_that_passes_is_the_one_that_says_so(within: Within) -> None:
    said: list[str] = []

    async def work() -> None:
        async with within(0.01):
            try:
                async with within(60):
                    await asyncio.sleep(60)
            except TimeoutError:
                said.append("inner")

    with pytest.raises(TimeoutError):
        await work()
    assert said == []
