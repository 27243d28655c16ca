"""Temporary folders that are gone afterwards, even when we are killed."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.devstack.guardian import guarded


@contextmanager
def scratch_folder(
    purpose: str, *, pid_file: str = "", by: signal.Signals = signal.SIGTERM
) -> Iterator[Path]:
    """Make a fresh folder that only we can enter; removed when the block ends.

    Should we be killed, the process whose number stands in its `pid_file` goes with it.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"catalog-{purpose}-"))
    with guarded(folder, pid_file=folder / pid_file if pid_file else None, by=by):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
