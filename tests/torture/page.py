"""The page that shows what torture runs measured, and where."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from catalog.devstack.postgres_binaries import wheel_binaries
from tests.torture.figures import Measurement, Value

_HEAD = """# Torture

What `make torture` measured: the promises of the suite in their large sizes, with processes
killed, databases crashed and messages lost, repeated and shuffled. The page is written by the run
itself, and only where everything passed; a run that finds a broken promise fails instead.

"""
_PROMISES: Mapping[int, str] = {
    1: "Uploads outlive a service that is killed every 2 s",
    2: "Relays are replaced when they die or hang",
    3: "No event is passed over, however long its transaction was open",
    4: "A bad event holds back nothing but its own aggregate",
    5: "An outage of the topic delays events and nothing else",
    6: "Lost notifications are made good, and everybody at once makes one transition",
    8: "No delete ever takes a live object",
    9: "Deletions and sweeps may be broken off anywhere, and stay small",
    11: "The real system does what the model of its rules says",
    12: "A crash of PostgreSQL loses no acknowledged write",
    14: "Seeded bugs are caught",
    104: "Overload is refused quickly while the work goes on",
}


@dataclass(frozen=True, slots=True)
class Session:
    """One whole run."""

    measurements: Sequence[Measurement]
    seconds: float
    seed: str


def page(session: Session) -> str:
    """Write all of it as Markdown."""
    parts = [_HEAD, _table("where", _where(session))]
    for row in sorted({each.row for each in session.measurements}):
        parts.append(f"\n## {_PROMISES.get(row, f'Row {row}')}\n")
        parts += [
            "\n" + _table(each.what, each.numbers)
            for each in session.measurements
            if each.row == row
        ]
    return "".join(parts)


def _table(title: str, numbers: Mapping[str, Value]) -> str:
    lines = [f"| {title} | |", "|---|---:|"]
    lines += [
        f"| {name.replace('_', ' ')} | {_spelled(value)} |" for name, value in numbers.items()
    ]
    return "\n".join(lines) + "\n"


def _spelled(value: Value) -> str:
    match value:
        case bool() | str():
            return str(value)
        case int():
            return f"{value:,}"
        case float() if abs(value) >= 100:
            return f"{value:,.0f}"
        case _:
            return f"{value:.3g}"


def _where(session: Session) -> dict[str, Value]:
    packages = ("asyncpg", "grpcio", "google-cloud-pubsub", "google-cloud-storage", "hypothesis")
    return {
        "machine": f"{_processor()}, {os.cpu_count()} cores,"
        f" {psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": _postgres(),
        **{name: version(name) for name in packages},
        "commit": _said("git", "rev-parse", "--short=12", "HEAD"),
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "seed": session.seed,
        "minutes": round(session.seconds / 60, 1),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _postgres() -> str:
    said = _said(str(wheel_binaries() / "postgres"), "--version")
    return said.rpartition(" ")[2]


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.strip()
