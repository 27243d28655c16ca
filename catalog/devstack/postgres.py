"""A PostgreSQL server of our own: from the wheel or any installation, gone when we are done."""

import contextlib
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from catalog.devstack.ports import free_port
from catalog.devstack.postgres_binaries import ClusterError, system_user, usable, wheel_binaries
from catalog.devstack.scratch import scratch_folder

_START_SECONDS = 60.0
_START_TRIES = 3
_STOP_SECONDS = 30.0
_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


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
        command: list[str | Path] = [self.binaries / "initdb", "-D", self._data, "-U", "postgres"]
        command += ["-E", "UTF8", "--locale=C", "--no-sync"]
        if self.password is None:
            command.append("--auth=trust")
        else:
            command += ["--auth=scram-sha-256", f"--pwfile={self._password_file(self.password)}"]
        self._give(self.folder)
        done = subprocess.run(  # noqa: S603 - our own binaries
            command, user=self.user, cwd="/", capture_output=True, check=False, timeout=120
        )
        (self.folder / "password").unlink(missing_ok=True)
        if done.returncode != 0:
            raise ClusterError(f"initdb failed: {done.stderr.decode(errors='replace')[-500:]}")
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.write(self._configuration())

    def _password_file(self, password: str) -> Path:
        """Hand the password over in a file that nobody else can read."""
        file = self.folder / "password"
        file.touch(mode=0o600)
        file.write_text(password)
        self._give(file)
        return file

    def start(self) -> None:
        """Start and wait until it accepts; a second start is on the port of the first.

        Raises ClusterError after a minute.
        """
        for tries_left in reversed(range(1 if self.port else _START_TRIES)):
            port = self.port or free_port()
            try:
                self._start(port)
            except ClusterError:
                # Between our look and its bind somebody may have taken the port.
                if not tries_left:
                    raise
            else:
                self.port = port
                return

    def _start(self, port: int) -> None:
        command: list[str | Path] = [self.binaries / "postgres", "-D", self._data]
        command += ["-p", str(port)]
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C on a terminal must reach us, not the server.
            process = self._process = subprocess.Popen(  # noqa: S603 - our own binaries
                command, user=self.user, cwd="/", stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._ready(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop("immediate")
                why = f"{process.returncode}: {self._end_of_log()}"
                raise ClusterError(f"postgres did not start, {why}")
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
            # Whose line it is: database, then application_name, between bars as either may be odd.
            "log_line_prefix = '%m [%p] |%d|%a| '",
        ]
        if not self.durable:
            lines += ["fsync = off", "full_page_writes = off"]
        return "\n".join(["", *lines, ""])

    def _give(self, path: Path) -> None:
        if self.user is not None:
            shutil.chown(path, self.user)

    def _ready(self, pid: int) -> bool:
        with contextlib.suppress(OSError):
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
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
    pid_file, by = "data/postmaster.pid", _SIGNALS["immediate"]
    with scratch_folder("postgres", pid_file=pid_file, by=by) as folder:
        cluster = _made(folder, binaries, durable=durable, trust=trust)
        try:
            cluster.start()
            yield cluster
        finally:
            # What was not to last needs no checkpoint before it is removed.
            cluster.stop("fast" if durable else "immediate")


def _made(folder: Path, binaries: Path | None, *, durable: bool, trust: bool) -> Cluster:
    folder.chmod(0o755)
    user = system_user()
    cluster = Cluster(
        binaries=usable(binaries or wheel_binaries(), folder, user),
        folder=folder,
        durable=durable,
        password=None if trust else secrets.token_urlsafe(24),
        user=user,
    )
    cluster.create()
    return cluster
