"""Waiting for what others do: with a deadline, never for a fixed time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
SECONDS = 120
"""Generous: what is slow here is the machine."""
_LOOK_SECONDS = 0.005


async def until(
    condition: Callable[[], object | Awaitable[object]], seconds: float = SECONDS
) -> None:
    """Return once the condition holds; raise TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while not await _answer(condition):  # noqa: ASYNC110 - what others do sets no event of ours
            await asyncio.sleep(_LOOK_SECONDS)


async def _answer(condition: Callable[[], object | Awaitable[object]]) -> object:
    answer = condition()
    return await answer if isinstance(answer, Awaitable) else answer


async def seen(
    look: Callable[[], Awaitable[T]], wanted: Callable[[T], object], seconds: float = SECONDS
) -> T:
    """Look again and again, and return what is wanted; raise TimeoutError when it never comes."""
    async with asyncio.timeout(seconds):
        while not wanted(found := await look()):  # noqa: ASYNC110 - as above
            await asyncio.sleep(_LOOK_SECONDS)
    return found
