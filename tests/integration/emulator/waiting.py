"""Waiting for something to become true, with a deadline."""

import asyncio
from collections.abc import Callable

DEADLINE_SECONDS = 20.0


async def eventually(condition: Callable[[], bool], seconds: float = DEADLINE_SECONDS) -> None:
    """Return once the condition holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the conditions are other people's state
            await asyncio.sleep(0.005)
