"""The MD5 of a file: what Catalog knows the content by."""

import asyncio
import hashlib
import threading

from catalog.client.progress import Phase, Progress, ProgressListener
from catalog.client.source import SourceFile

_REPORT_EVERY = 0.1


class _Hashing:
    """One pass over the file: the next block is read while this one is hashed."""

    def __init__(self, source: SourceFile, block_bytes: int) -> None:
        self._source = source
        self._buffers = [memoryview(bytearray(block_bytes)) for _ in range(2)]
        self.done = 0
        self.stopped = threading.Event()

    def run(self) -> str:
        """32 lower-case hexadecimal digits; meaningless once stopped. For a thread of its own."""
        digest = hashlib.md5(usedforsecurity=False)
        filling, full = self._buffers
        reading = self._source.start_filling(filling, 0)
        while (count := reading.result()) and not self.stopped.is_set():
            filling, full = full, filling
            reading = self._source.start_filling(filling, self.done + count)
            digest.update(full[:count])
            self.done += count
        return digest.hexdigest()


async def md5_hex(source: SourceFile, block_bytes: int, listener: ProgressListener) -> str:
    """The MD5 of the whole file, 32 lower-case hexadecimal digits, in constant memory.

    Raises FileChangedError when the file changes meanwhile. The loop stays free; the listener
    hears about ten times a second.
    """
    hashing = _Hashing(source, block_bytes)
    listener(Progress(Phase.HASHING, 0, source.size))
    running = asyncio.get_running_loop().run_in_executor(None, hashing.run)
    try:
        while not (await asyncio.wait({running}, timeout=_REPORT_EVERY))[0]:
            listener(Progress(Phase.HASHING, hashing.done, source.size))
        digest = running.result()
    finally:
        hashing.stopped.set()
        running.cancel()
    await source.check_unchanged()
    listener(Progress(Phase.HASHING, source.size, source.size))
    return digest
