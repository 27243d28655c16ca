"""The wheel, installed where nothing is but what runtime.txt locks: no source tree, no tools."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.support.commands import REPOSITORY

SECONDS = 240
LOCK = REPOSITORY / "requirements" / "runtime.txt"


def built_wheel(folder: Path) -> Path:
    """The wheel, built from the working tree."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, timeout=SECONDS)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _locked() -> Iterator[Distribution]:
    """The distributions of the lock that this platform needs, from where they are installed."""
    for line in LOCK.read_text().splitlines():
        if line.startswith((" ", "#")) or not line.strip():
            continue
        requirement = Requirement(line.removesuffix("\\").strip())
        if requirement.marker is None or requirement.marker.evaluate():
            yield distribution(requirement.name)


def _link(found: Distribution, site: Path) -> None:
    """Link the files of a distribution, those above its folder (bin/) too, and their caches."""
    for file in found.files or ():
        if file.suffix == ".pyc":
            continue
        original, link = Path(str(file.locate())), site / file
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(original.resolve())
        cache, linked = original.parent / "__pycache__", link.parent / "__pycache__"
        if cache.is_dir() and not linked.exists():
            linked.symlink_to(cache.resolve())


class Installation:
    """A virtual environment with the wheel in it."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        venv.create(folder, with_pip=False, symlinks=True)
        paths = {"base": str(folder), "platbase": str(folder)}
        self.site = Path(sysconfig.get_path("purelib", "venv", paths))
        self.scripts = Path(sysconfig.get_path("scripts", "venv", paths))
        for found in _locked():
            _link(found, self.site)
        pip = [sys.executable, "-m", "pip", "--python", str(self.scripts / "python"), "install"]
        options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, *options, str(wheel)], check=True, capture_output=True, timeout=SECONDS
        )

    @property
    def catalog(self) -> Path:
        """The installed command."""
        return self.scripts / "catalog"

    def python(self, code: str) -> str:
        """What the interpreter of the environment prints."""
        done = subprocess.run(
            [self.scripts / "python", "-c", code],
            cwd=self.folder,
            env={},
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS,
        )
        return done.stdout.strip()

    def remove(self) -> None:
        shutil.rmtree(self.folder)
