"""What tests read off the emulator, the disk and the clock."""

import os
import re
from pathlib import Path

from catalog.emulator import Emulator

KIB = 1024
MIB = 1024 * KIB


def make_file(path: Path, size: int) -> Path:
    """A file of random bytes: no two of them are stored under one name."""
    path.write_bytes(os.urandom(size))
    return path


def stored_bytes(emulator: Emulator) -> bytes:
    """The bytes of the only object there is."""
    (only,) = emulator.objects
    return only.file.read_bytes()


def statuses(emulator: Emulator, kind: str) -> list[int | None]:
    """The answers to all requests of that kind (start, put, status, cancel), in order."""
    return [entry.status for entry in emulator.requests.entries(kind)]


def starts_and_persisted(emulator: Emulator) -> list[tuple[int, int | None]]:
    """For each chunk sent: where it began, and what was persisted when it arrived."""
    found = []
    for entry in emulator.requests.entries("put"):
        match = re.match(r"bytes (\d+)-", entry.content_range or "")
        assert match is not None
        found.append((int(match[1]), entry.persisted_before))
    return found


def state_files(state_dir: Path) -> list[Path]:
    """The remembered uploads; a lock that a killed run left behind is none."""
    return sorted(state_dir.glob("*.json"))
