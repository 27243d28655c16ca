"""Blocking context managers from asyncio, without leaking when cancelled half way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TypeVar

T = TypeVar("T")


@asynccontextmanager
async def on_thread(manager: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave it on threads. What was entered is left, whenever the cancellation comes."""
    entering = asyncio.create_task(asyncio.to_thread(manager.__enter__))
    try:
        yield await _to_its_end(entering)
    finally:
        if entering.done() and not entering.cancelled() and entering.exception() is None:
            leave = asyncio.to_thread(manager.__exit__, None, None, None)
            await _to_its_end(asyncio.create_task(leave))


async def _to_its_end(task: asyncio.Task[T]) -> T:
    """Wait for a thread, which cannot be stopped; a cancellation is raised afterwards."""
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
