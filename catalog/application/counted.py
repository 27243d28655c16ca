"""Counting what may come in floods, and telling of it at most once a second."""

import asyncio
from collections.abc import Callable, Hashable
from contextvars import Context
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Counted(Generic[K]):
    """`tell` hears of the first of a kind at once, then once a second of how many more there were.

    A kind that rests for a second is new again. Of kinds there must be few.
    """

    def __init__(self, tell: Callable[[K, int], None], every_seconds: float = 1.0) -> None:
        self._tell = tell
        self._every = every_seconds
        self._untold: dict[K, int] = {}
        self._due: asyncio.TimerHandle | None = None

    def count(self, kind: K) -> None:
        """Count one, on the event loop."""
        untold = self._untold.get(kind)
        if untold is not None:
            self._untold[kind] = untold + 1
            return
        self._untold[kind] = 0
        self._again_later()
        self._tell(kind, 1)

    def tell(self) -> None:
        """Tell now of what nobody has been told of."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        untold, self._untold = self._untold, {}
        for kind, number in untold.items():
            if number:
                self._tell(kind, number)

    def _again_later(self) -> None:
        if self._due is None:
            loop = asyncio.get_running_loop()
            # In no context: what is told then is of many, not of the one that happened to begin.
            self._due = loop.call_later(self._every, self._later, context=Context())

    def _later(self) -> None:
        self._due = None
        going_on = [kind for kind, number in self._untold.items() if number]
        self.tell()
        if going_on:
            self._untold = dict.fromkeys(going_on, 0)
            self._again_later()
