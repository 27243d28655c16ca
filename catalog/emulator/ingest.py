"""Takes an upload body in: a block at a time, to disk and into the hashes, with flat memory."""

import asyncio
from collections.abc import AsyncIterator

from catalog.emulator.content_range import CHUNK_MULTIPLE
from catalog.emulator.part_file import PartFile

BLOCK = 4 * CHUNK_MULTIPLE


class Ingest:
    """Appends a body to a part in whole multiples of 256 KiB; the rest waits for ``finish``.

    [tame-gcs] a badly sized chunk is accepted only in part: what does not fill 256 KiB is
    persisted only when the caller says that it is the end of the object.
    Hashing and writing run on a thread while the next block is received.
    """

    def __init__(self, part: PartFile, skip: int, limit: int | None) -> None:
        self._part = part
        self._skip = skip
        self._limit = limit
        self._buffer = bytearray()
        self._writing: asyncio.Task[None] | None = None
        self.received = 0

    @property
    def surplus(self) -> bool:
        """True when the body is longer than it promised to be."""
        return self._limit is not None and self.received > self._limit

    async def take(self, chunks: AsyncIterator[bytes]) -> None:
        """Consume the body, persisting block by block; ``flush`` or ``finish`` keeps the rest."""
        try:
            async for chunk in chunks:
                await self._add(chunk)
        finally:
            await self._settle()

    async def flush(self) -> None:
        """Persist every full 256 KiB that arrived."""
        await self._write_multiples()
        await self._settle()

    async def finish(self) -> None:
        """Persist the odd rest as well: the object ends here."""
        await self._write(bytes(self._buffer))
        self._buffer.clear()
        await self._settle()

    @property
    def rest(self) -> int:
        """Bytes that arrived and are not persisted, because they do not fill 256 KiB."""
        return len(self._buffer)

    async def _add(self, chunk: bytes) -> None:
        wanted = chunk if self._limit is None else chunk[: max(self._limit - self.received, 0)]
        already_there = min(max(self._skip - self.received, 0), len(wanted))
        self.received += len(chunk)
        self._buffer += memoryview(wanted)[already_there:]
        if len(self._buffer) >= BLOCK:
            await self._write_multiples()

    async def _write_multiples(self) -> None:
        size = len(self._buffer) // CHUNK_MULTIPLE * CHUNK_MULTIPLE
        block = bytes(memoryview(self._buffer)[:size])
        del self._buffer[:size]
        await self._write(block)

    async def _write(self, block: bytes) -> None:
        await self._settle()
        if block:
            append = asyncio.to_thread(self._part.append, block)
            self._writing = asyncio.create_task(append)

    async def _settle(self) -> None:
        if self._writing is not None:
            # Shielded: a cancelled request must not leave a block half counted.
            await asyncio.shield(self._writing)
            self._writing = None
