"""Reads the next blocks while the last one is on the line or its answer is awaited."""

import asyncio
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache

from catalog.client.pace import LARGEST
from catalog.client.source import SourceFile

# The thread that reads goes straight from one block to the next only where two are wanted.
AHEAD = 2


@dataclass(frozen=True, slots=True)
class _Prepared:
    offset: int
    length: int
    reading: Future[bytes]

    @property
    def end(self) -> int:
        return self.offset + self.length


class ReadAhead:
    """Two blocks at a time are read in advance; asking for another one simply reads that."""

    def __init__(self, source: SourceFile) -> None:
        _keep_freed_memory()
        self._source = source
        self._ahead: deque[_Prepared] = deque()

    async def block(self, offset: int, length: int, at_most: int) -> bytes:
        """The block prepared for this offset if it is within `at_most`, else one of `length` bytes.

        Raises as `SourceFile.start_reading` does.
        """
        if self._ahead and self._ahead[0].offset == offset and self._ahead[0].length <= at_most:
            reading = self._ahead.popleft().reading
        else:
            self._forget()
            reading = self._source.start_reading(offset, length)
        return await asyncio.wrap_future(reading)

    def wanted_at(self, offset: int) -> int | None:
        """Where to read on after `offset`; None while enough is prepared, or at the end."""
        after = self._ahead[-1].end if self._ahead else offset
        return after if len(self._ahead) < AHEAD and after < self._source.size else None

    def prepare(self, offset: int, length: int) -> None:
        """Begin to read what will be asked for later; nothing beyond the end of the file."""
        length = min(length, self._source.size - offset)
        if length > 0:
            reading = self._source.start_reading(offset, length)
            self._ahead.append(_Prepared(offset, length, reading))

    def _forget(self) -> None:
        for prepared in self._ahead:
            prepared.reading.cancel()
        self._ahead.clear()


@cache
def _keep_freed_memory() -> None:
    """Let the memory of blocks already sent serve the next ones instead of going back.

    The kernel clears every page it gives out anew: that cost an eighth of a fast transfer. glibc
    keeps as much as twice the largest block it was ever given back (mallopt, M_MMAP_THRESHOLD),
    so it is given one back, never written to, after which all blocks at work are kept.
    """
    bytes(AHEAD * LARGEST)
