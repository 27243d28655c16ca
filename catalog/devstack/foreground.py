"""Work in the foreground of a terminal: Ctrl-C, SIGTERM and a closed terminal end it in order."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(Exception):
    """Somebody asked for the end; everything is tidied up."""


async def in_foreground(work: Coroutine[Any, Any, T], told: Callable[[], None]) -> T:
    """Run `work`; the first signal calls `told` and cancels it, further ones change nothing.

    Raises StoppedError once the cancelled work has come to its end.
    """
    task = asyncio.create_task(work)
    stopped = False

    def stop() -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            told()
            task.cancel()

    with _handled(stop):
        try:
            return await task
        except asyncio.CancelledError:
            if stopped:
                raise StoppedError from None
            raise


@contextmanager
def _handled(stop: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for name in _SIGNALS:
        loop.add_signal_handler(name, stop)
    try:
        yield
    finally:
        for name in _SIGNALS:
            loop.remove_signal_handler(name)
