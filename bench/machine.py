"""Where it was measured, and with what."""

import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from catalog.devstack.postgres_binaries import wheel_binaries

PACKAGES = (
    "grpcio",
    "asyncpg",
    "uvloop",
    "uvicorn",
    "starlette",
    "httptools",
    "cryptography",
    "google-auth",
    "protobuf",
    "structlog",
    "httpx",
)


def machine() -> Mapping[str, str]:
    """Describe it in words and figures."""
    return {
        "machine": f"{_processor()}, {os.cpu_count()} cores,"
        f" {psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": _said(str(wheel_binaries() / "postgres"), "--version").rpartition(" ")[2],
        **{name: version(name) for name in PACKAGES},
        "curl": _said("curl", "--version").partition(" (")[0].removeprefix("curl "),
        "commit": _commit(),
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    }


def _commit() -> str:
    commit = _said("git", "rev-parse", "--short=12", "HEAD")
    changed = _said("git", "status", "--porcelain", "--untracked-files=no", "catalog", "migrations")
    return f"{commit} with changes" if changed else commit


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _said(*command: str) -> str:
    """First line of what a program says; empty where there is no such program."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return ""
    return next(iter(done.stdout.splitlines()), "").strip()
