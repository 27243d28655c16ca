"""Signals in the foreground: the first one ends the work in order."""

import asyncio
import os
import signal

import pytest

from catalog.devstack.foreground import StoppedError, in_foreground


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_the_first_signal_ends_the_work_and_further_ones_do_not_disturb_its_end(
    number: signal.Signals,
) -> None:
    told: list[str] = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), number)
            await asyncio.sleep(0.01)
            told.append("tidied up")

    with pytest.raises(StoppedError):
        await in_foreground(work(), lambda: told.append("told"))
    assert told == ["told", "tidied up"]


async def test_work_that_ends_by_itself_gives_its_result_and_the_signals_back() -> None:
    before = signal.getsignal(signal.SIGTERM)

    async def work() -> int:
        return 7

    assert await in_foreground(work(), lambda: None) == 7
    assert signal.getsignal(signal.SIGTERM) == before


async def test_a_cancellation_from_outside_stays_one() -> None:
    task = asyncio.create_task(in_foreground(asyncio.Event().wait(), lambda: None))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
