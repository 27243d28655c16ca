"""Loops beside the servers: their end is noticed, and asked for in order."""

import asyncio
import time

import pytest

from catalog.runtime import background
from catalog.runtime.background import in_background


async def _until_told(stop: asyncio.Event) -> None:
    await stop.wait()


async def _break(_stop: asyncio.Event) -> None:
    raise KeyError("broken")


async def _just_end(_stop: asyncio.Event) -> None:
    await asyncio.sleep(0)


async def test_a_loop_that_breaks_is_told_of_and_the_others_end() -> None:
    others: list[str] = []

    async def other(stop: asyncio.Event) -> None:
        await stop.wait()
        others.append("ended")

    async with in_background({"broken": _break, "other": other}) as running:
        with pytest.raises(KeyError):
            await asyncio.wait_for(running.watch(), 5)
    assert others == ["ended"]


async def test_a_loop_that_just_ends_is_named() -> None:
    async with in_background({"pulse": _just_end, "other": _until_told}) as running:
        with pytest.raises(RuntimeError, match="pulse ended without being asked to"):
            await asyncio.wait_for(running.watch(), 5)


async def test_an_end_that_was_asked_for_is_no_fault() -> None:
    async with in_background({"one": _until_told, "two": _until_told}) as running:
        watching = asyncio.create_task(running.watch())
        await asyncio.sleep(0)
    await asyncio.wait_for(watching, 5)


async def test_a_loop_that_does_not_end_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_END_SECONDS", 0.05)
    cancelled = asyncio.Event()

    async def deaf(_stop: asyncio.Event) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with in_background({"deaf": deaf}):
        await asyncio.sleep(0)
        began = time.monotonic()
    assert cancelled.is_set()
    assert time.monotonic() - began < 5
