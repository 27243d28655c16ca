"""Reads the next block while the last one is on the line or its answer is awaited."""

import asyncio
from concurrent.futures import Future

from catalog.client.source import SourceFile


class ReadAhead:
    """One block at a time is read in advance; asking for another one simply reads that."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._offset = -1
        self._reading: Future[bytes] | None = None

    async def block(self, offset: int, length: int) -> bytes:
        """The block prepared for this offset, whatever its length, else one of `length` bytes.

        Raises as `SourceFile.start_reading` does.
        """
        reading, self._reading = self._reading, None
        if reading is None or offset != self._offset:
            reading = self._source.start_reading(offset, length)
        return await asyncio.wrap_future(reading)

    def prepare(self, offset: int, length: int) -> None:
        """Begin to read what will be asked for next; nothing beyond the end of the file."""
        length = min(length, self._source.size - offset)
        if length > 0:
            self._offset = offset
            self._reading = self._source.start_reading(offset, length)
