"""Waiting for what other processes do: with a deadline, never for a fixed time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
SECONDS = 60
"""Generous: what is slow here is the machine."""


async def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Return once the condition holds; raise TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what others do sets no event of ours
            await asyncio.sleep(0.01)


async def seen(
    look: Callable[[], Awaitable[T]], wanted: Callable[[T], object], seconds: float = SECONDS
) -> T:
    """Look again and again, and return what is wanted; raise TimeoutError when it never comes."""
    async with asyncio.timeout(seconds):
        while not wanted(found := await look()):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    return found
