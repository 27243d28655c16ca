"""The file that client, curl and hashlib are given."""

import os
from pathlib import Path

from bench.stage import Stage

FILE_BYTES = 128 * 1024 * 1024
_BLOCK_BYTES = 1024 * 1024


def file_to_send(stage: Stage) -> Path:
    """Make it when it is first asked for; it is in the page cache from then on."""
    file = stage.folder / "to-send.mp4"
    if not file.exists():
        with file.open("wb") as opened:
            for _ in range(FILE_BYTES // _BLOCK_BYTES):
                opened.write(os.urandom(_BLOCK_BYTES))
    return file
