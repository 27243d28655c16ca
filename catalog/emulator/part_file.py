"""The bytes of one object on disk, hashed as they are written."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import google_crc32c


class PartFile:
    """Append-only; what is written is hashed once and never taken back.

    Opened for every block, so that an idle session holds no file descriptor.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._md5 = hashlib.md5(usedforsecurity=False)
        checksum: Any = google_crc32c.Checksum  # the package is untyped
        self._crc32c = checksum()
        path.touch(mode=0o600)

    def append(self, block: bytes) -> None:
        """Write and hash one block; blocking, so call it on a thread for large blocks."""
        with self.path.open("r+b", buffering=0) as file:
            file.seek(self.size)  # a block that failed half way is simply written over
            view = memoryview(block)
            while view:
                view = view[file.write(view) :]
        self._md5.update(block)
        self._crc32c.update(block)
        self.size += len(block)

    @property
    def md5(self) -> bytes:
        """MD5 of everything appended so far."""
        return self._md5.digest()

    @property
    def crc32c(self) -> bytes:
        """CRC32C, big-endian as [storage-discovery] says."""
        return bytes(self._crc32c.digest())


def b64(digest: bytes) -> str:
    """Standard base64 with padding, the form of every hash in Google's APIs."""
    return base64.b64encode(digest).decode()
