"""The MD5 of a file: what Catalog knows the content by."""

import asyncio
import hashlib
import threading

from catalog.client.progress import Phase, Progress, ProgressListener
from catalog.client.source import SourceFile

_REPORT_EVERY = 0.1


class _Hashing:
    """One pass over the file, on the file's thread; counts and can be stopped."""

    def __init__(self, source: SourceFile, block_bytes: int) -> None:
        self._source = source
        self._block_bytes = block_bytes
        self.done = 0
        self.stopped = threading.Event()

    def run(self) -> str:
        """32 lower-case hexadecimal digits; meaningless once stopped."""
        digest = hashlib.md5(usedforsecurity=False)
        buffer = memoryview(bytearray(self._block_bytes))
        while count := self._source.read_into_blocking(buffer, self.done):
            digest.update(buffer[:count])
            self.done += count
            if self.stopped.is_set():
                break
        self._source.check_unchanged_blocking()
        return digest.hexdigest()


async def md5_hex(source: SourceFile, block_bytes: int, listener: ProgressListener) -> str:
    """The MD5 of the whole file, 32 lower-case hexadecimal digits, in constant memory.

    Raises FileChangedError when the file changes meanwhile. The loop stays free; the listener
    hears about ten times a second.
    """
    hashing = _Hashing(source, block_bytes)
    listener(Progress(Phase.HASHING, 0, source.size))
    running = asyncio.ensure_future(source.in_thread(hashing.run))
    try:
        while not (await asyncio.wait({running}, timeout=_REPORT_EVERY))[0]:
            listener(Progress(Phase.HASHING, hashing.done, source.size))
        digest = running.result()
    finally:
        hashing.stopped.set()
    listener(Progress(Phase.HASHING, source.size, source.size))
    return digest
