"""Sends a file over one open session, chunk by chunk, through whatever the line does."""

import time
from collections.abc import Callable

from catalog.client.answers import Persisted, Stored
from catalog.client.chunks import Chunk, next_chunk
from catalog.client.errors import StorageUnavailableError
from catalog.client.pace import Pace
from catalog.client.progress import Phase, Progress, ProgressListener
from catalog.client.read_ahead import ReadAhead
from catalog.client.retry import retrying
from catalog.client.settings import ClientSettings
from catalog.client.source import SourceFile
from catalog.client.state import OpenSession
from catalog.client.storage import ChunkBody, Storage
from catalog.client.tally import Tally


class Transfer:
    """One file over one session.

    What is persisted is what Cloud Storage says, never what was sent. After any trouble the
    status is asked before another byte goes out, so no persisted byte is sent twice.
    `on_persisted` hears of every step ahead, 0 included; what it raises ends the transfer.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        session: OpenSession,
        source: SourceFile,
        md5_hex: str,
        settings: ClientSettings,
        listener: ProgressListener,
        on_persisted: Callable[[int], None],
        tally: Tally,
    ) -> None:
        self._storage = storage
        self._session = session
        self._source = source
        self._md5_hex = md5_hex
        self._settings = settings
        self._listener = listener
        self._on_persisted = on_persisted
        self._tally = tally
        self._pace = Pace(session.chunk_bytes, settings.largest_chunk_bytes)
        self._reader = ReadAhead(source)

    async def begin(self) -> Stored:
        """Send the whole file on a session just opened.

        Raises StorageUnavailableError when a step gets nowhere for longer than the settings
        allow, FileChangedError, and what `answers.progress_of` raises.
        """
        self._report(Phase.UPLOADING, 0)
        return await self._from(0)

    async def resume(self) -> Stored:
        """Send what the session does not hold yet; raises as `begin` does."""
        self._report(Phase.RESUMING, 0)
        held = await self._held()
        self._tally.resumes += 1
        if isinstance(held, Stored):
            return self._all(held)
        self._tally.resumed_from = held.offset
        self._report(Phase.UPLOADING, held.offset)
        return await self._from(held.offset)

    async def _held(self) -> Persisted | Stored:
        async for attempt in retrying(self._settings.storage_retry):
            with attempt:
                return await self._status()
        raise AssertionError("retrying either returns or raises")

    async def _from(self, offset: int) -> Stored:
        while True:
            self._on_persisted(offset)
            reached = await self._step(offset)
            if isinstance(reached, Stored):
                return self._all(reached)
            offset = reached.offset

    def _all(self, stored: Stored) -> Stored:
        self._on_persisted(self._source.size)
        return stored

    async def _step(self, offset: int) -> Persisted | Stored:
        """Get beyond `offset`, however many tries that takes."""
        async for attempt in retrying(self._settings.storage_retry):
            with attempt:
                reached = await self._try(offset, is_retry=attempt.retry_state.attempt_number > 1)
                if isinstance(reached, Persisted) and reached.offset <= offset:
                    raise StorageUnavailableError("Cloud Storage keeps none of the bytes sent")
                return reached
        raise AssertionError("retrying either returns or raises")

    async def _try(self, offset: int, *, is_retry: bool) -> Persisted | Stored:
        if not is_retry:
            return await self._put(offset)
        self._pace.broke()
        held = await self._status()
        self._tally.resumes += 1
        if isinstance(held, Stored) or held.offset > offset:
            return held
        self._tally.offset_mismatches += held.offset < offset
        return await self._put(held.offset)

    async def _status(self) -> Persisted | Stored:
        held = await self._storage.status(self._session.uri, self._source.size)
        return self._sane(held)

    async def _put(self, offset: int) -> Persisted | Stored:
        if offset >= self._source.size:
            # All bytes are there but the object is not made: the status query finishes it.
            return await self._status()
        chunk = next_chunk(offset, self._source.size, self._pace.chunk_bytes)
        began = time.monotonic()
        reached = self._sane(await self._storage.put(self._session.uri, chunk, self._body(chunk)))
        self._pace.chunk_took(time.monotonic() - began)
        if isinstance(reached, Persisted):
            self._tally.offset_mismatches += reached.offset < chunk.end
            self._report(Phase.UPLOADING, reached.offset)
        return reached

    def _sane(self, reached: Persisted | Stored) -> Persisted | Stored:
        if isinstance(reached, Persisted) and reached.offset > self._source.size:
            raise StorageUnavailableError("Cloud Storage says it holds more than the file")
        return reached

    def _body(self, chunk: Chunk) -> ChunkBody:
        sent = chunk.start

        def on_block(length: int) -> None:
            nonlocal sent
            sent += length
            self._tally.bytes_sent += length
            self._report(Phase.UPLOADING, sent)

        return ChunkBody(self._reader, chunk, self._md5_hex, self._pace, on_block)

    def _report(self, phase: Phase, done: int) -> None:
        self._listener(Progress(phase, done, self._source.size))
