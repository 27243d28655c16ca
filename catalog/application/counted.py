"""Counting what may come in floods, and telling of it at most once a second."""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
_EVERY_SECONDS = 1.0


class Counted(Generic[K]):
    """`tell` hears of each kind and how many there were. Of kinds there must be few."""

    def __init__(self, tell: Callable[[K, int], None]) -> None:
        self._tell = tell
        self._counts: Counter[K] = Counter()
        self._due: asyncio.TimerHandle | None = None

    def count(self, kind: K) -> None:
        """Count one, on the event loop; it is told within a second."""
        self._counts[kind] += 1
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(_EVERY_SECONDS, self.tell)

    def tell(self) -> None:
        """Tell now of what nobody has been told of."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        counts, self._counts = self._counts, Counter()
        for kind, number in counts.items():
            self._tell(kind, number)
