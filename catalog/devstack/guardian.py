"""Ends what a killed parent leaves behind: a small process that outlives it for a moment.

Nothing of ours can run after `kill -9`; so each server has a guardian beside it
that sleeps on a pipe which only the parent holds open. It runs as a plain script,
without this package, to cost next to nothing.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_END_SECONDS = 10.0
_ALL_IS_WELL = b"done"


@contextmanager
def guarded(
    folder: Path, *, pid_file: Path | None = None, by: signal.Signals = signal.SIGTERM
) -> Iterator[None]:
    """Should we be killed within the block: end the process of `pid_file`, remove `folder`.

    The file is read only then: its first word is the number of the process, if it is there.
    """
    guardian = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-I", "-S", __file__, folder, pid_file or "", str(int(by))],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            guardian.communicate(_ALL_IS_WELL, timeout=_END_SECONDS)


def _watch(folder: str, pid_file: str, number: str) -> None:
    """Sleep until the parent is done or gone."""
    if sys.stdin.buffer.read() == _ALL_IS_WELL:
        return
    if pid_file:
        with contextlib.suppress(OSError, ValueError, IndexError):
            _end(int(Path(pid_file).read_text().split()[0]), int(number))
    shutil.rmtree(folder, ignore_errors=True)


def _end(pid: int, number: int) -> None:
    """Signal, wait, insist. Raises ProcessLookupError once it is gone."""
    os.kill(pid, number)
    deadline = time.monotonic() + _END_SECONDS
    while time.monotonic() < deadline:
        os.kill(pid, 0)
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    _watch(*sys.argv[1:4])
