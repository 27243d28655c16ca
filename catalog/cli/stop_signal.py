"""Ending long work in good order when somebody says so."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """Set the event at the first Ctrl-C or SIGTERM; the second does what it always does.

    For the block only. Needs a Unix event loop on the main thread, as the service does.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def end() -> None:
        stop.set()
        forget()

    def forget() -> None:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    for number in _SIGNALS:
        loop.add_signal_handler(number, end)
    try:
        yield stop
    finally:
        forget()
