"""One run at a time for one remembered upload: two on one session would cut each other off."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from catalog.client.errors import AlreadyRunningError


@contextlib.contextmanager
def claimed(lock: Path) -> Iterator[None]:
    """Hold the lock file while the block runs; a killed process lets go of it by itself.

    Raises AlreadyRunningError when another run holds it, OSError when it cannot be made.
    """
    descriptor = _locked(lock)
    try:
        yield
    finally:
        # Removed while still held, so that nobody can be holding a file that is gone.
        with contextlib.suppress(OSError):
            lock.unlink()
        os.close(descriptor)


def _locked(lock: Path) -> int:
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still_there(descriptor, lock):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise AlreadyRunningError(
                "another run is uploading this file right now; wait for it or stop it"
            ) from None
        except BaseException:
            os.close(descriptor)
            raise
        # Its last holder removed it between our opening and our locking it.
        os.close(descriptor)


def _is_still_there(descriptor: int, lock: Path) -> bool:
    try:
        there = lock.stat()
    except FileNotFoundError:
        return False
    return there.st_ino == os.fstat(descriptor).st_ino
