"""The file being uploaded: read in one thread of its own, watched for changes."""

import asyncio
import os
import stat
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from catalog.client.errors import FileChangedError, FileError, NothingToUploadError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Tells one version of a file from another without reading it."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """The identity a stat call shows."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


class SourceFile:
    """An open regular file that is not empty; use as an async context manager.

    Entering raises FileError, or NothingToUploadError for an empty file. Every read raises
    FileChangedError once the file behind the path is not the one that was opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1
        # One worker: reads are in order, and closing waits its turn behind a running read.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="catalog-file")
        self.identity = FileIdentity(0, 0, 0)

    async def __aenter__(self) -> Self:
        try:
            await self.in_thread(self._open)
        except BaseException:
            self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    @property
    def size(self) -> int:
        """Bytes when it was opened."""
        return self.identity.size

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run blocking work on this file's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def start_reading(self, offset: int, length: int) -> Future[bytes]:
        """Exactly `length` bytes at `offset`, in the background, of a file still unchanged."""
        return self._thread.submit(self._read, offset, length)

    async def check_unchanged(self) -> None:
        """Raise FileChangedError if the path now leads to another version."""
        await self.in_thread(self._check_unchanged)

    def _read(self, offset: int, length: int) -> bytes:
        try:
            block = os.pread(self._fd, length, offset)
            while len(block) < length:
                more = os.pread(self._fd, length - len(block), offset + len(block))
                if not more:
                    raise self._changed()
                block += more
        except OSError as error:
            raise self._unreadable(error) from None
        self._check_unchanged()
        return block

    def _fill(self, buffer: memoryview, offset: int) -> int:
        try:
            return os.preadv(self._fd, [buffer], offset)
        except OSError as error:
            raise self._unreadable(error) from None

    def start_filling(self, buffer: memoryview, offset: int) -> Future[int]:
        """Fill the buffer from `offset` on, in the background; the bytes read, 0 at the end."""
        return self._thread.submit(self._fill, buffer, offset)

    def _check_unchanged(self) -> None:
        try:
            now = FileIdentity.of(self.path.stat())
        except OSError:
            raise self._changed() from None
        if now != self.identity:
            raise self._changed()

    def _open(self) -> None:
        try:
            self._fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            status = os.fstat(self._fd)
        except FileNotFoundError:
            raise FileError(f"no such file: {self.path}", reason="FILE_MISSING") from None
        except OSError as error:
            raise self._unreadable(error) from None
        if not stat.S_ISREG(status.st_mode):
            raise FileError(f"{self.path} is not a regular file", reason="NOT_A_FILE")
        if status.st_size == 0:
            raise NothingToUploadError(f"nothing to upload: {self.path} is empty")
        self.identity = FileIdentity.of(status)

    def _changed(self) -> FileChangedError:
        return FileChangedError(
            f"{self.path} changed while it was being uploaded; "
            "run the same command again when it is finished"
        )

    def _unreadable(self, error: OSError) -> FileError:
        return FileError(f"cannot read {self.path}: {error.strerror}")

    def _close(self) -> None:
        self._thread.submit(self._close_descriptor)
        self._thread.shutdown(wait=False)

    def _close_descriptor(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
