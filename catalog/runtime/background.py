"""Loops beside the servers: begun together, watched together, ended together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog

from catalog.application.faults import describe_fault

_END_SECONDS = 5.0

Loop = Callable[[asyncio.Event], Awaitable[None]]


class Background:
    """Loops that run until their owner leaves the context."""

    def __init__(self, tasks: "Mapping[str, asyncio.Task[None]]", stop: asyncio.Event) -> None:
        self._tasks = tasks
        self._stop = stop

    async def watch(self) -> None:
        """Raise what a loop raised, or RuntimeError if one just ended; else never return."""
        done, _ = await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        if self._stop.is_set():
            return
        for task in done:
            task.result()
            raise RuntimeError(f"{task.get_name()} ended without being asked to")

    async def end(self) -> None:
        """Let every loop end in its own time, which is short; cancel those that do not."""
        self._stop.set()
        _, late = await asyncio.wait(self._tasks.values(), timeout=_END_SECONDS)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_END_SECONDS)
        for task in self._tasks.values():
            if task.done() and not task.cancelled() and (fault := task.exception()):
                log = structlog.get_logger(component="background")
                log.error("background_failed", loop=task.get_name(), **describe_fault(fault))


@asynccontextmanager
async def in_background(loops: Mapping[str, Loop]) -> AsyncIterator[Background]:
    """Run these loops while the block lasts. Each returns soon after its event is set."""
    stop = asyncio.Event()

    async def run(loop: Loop) -> None:
        await loop(stop)

    tasks = {name: asyncio.create_task(run(loop), name=name) for name, loop in loops.items()}
    background = Background(tasks, stop)
    try:
        yield background
    finally:
        await background.end()
