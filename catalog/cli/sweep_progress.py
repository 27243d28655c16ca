"""How far a sweep is, on standard error."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from catalog.cli.failures import say

_EVERY_SECONDS = 10.0


class SweepProgress:
    """How much lies ahead nobody knows, so it tells how much was looked at.

    On a terminal that is one line, written over; elsewhere a line now and then, so that
    the log of a long sweep shows it is alive.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        from rich.console import Console  # noqa: PLC0415 - --help must be quick
        from rich.text import Text  # noqa: PLC0415

        self._text = Text
        self._console = Console(stderr=True)
        self._status = self._console.status(Text("sweeping ..."))
        self._clock = clock
        self._said_at = clock()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._status.stop()

    def __call__(self, position: str, counts: Mapping[str, int]) -> None:
        """Hear of a page that is done."""
        seen = counts.get("objects", 0) + counts.get("uploads", 0)
        told = f"{seen:,} looked at, up to {position}"
        if self._console.is_terminal:
            self._status.update(self._text(told))
        elif self._clock() - self._said_at >= _EVERY_SECONDS:
            self._said_at = self._clock()
            say(f"catalog: {told}")
