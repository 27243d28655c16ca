"""Copies of the tree in which mutants live: the one that people work in is never touched."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

LIST = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]


def tracked_files(root: Path) -> Sequence[Path]:
    """Name what belongs to the tree as it is now, committed or not, relative to its root.

    Raises CalledProcessError outside a git work tree.
    """
    listed = subprocess.run(LIST, cwd=root, check=True, capture_output=True, text=True, timeout=60)
    names = [Path(name) for name in listed.stdout.split("\0") if name]
    return [name for name in names if (root / name).is_file()]


def copy(root: Path, files: Sequence[Path], to: Path) -> None:
    """Copy with times: byte code that was made of an equal file stays good for it."""
    for name in files:
        target = to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target)
