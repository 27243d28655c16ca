"""The connection pool, and what must hold of every connection in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import asyncpg

Record = asyncpg.Record
TIMEOUTS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
_ISOLATION = "read committed"
_CHECK = "SELECT " + ", ".join(
    f"current_setting('{name}') AS {name}" for name in (*TIMEOUTS, "default_transaction_isolation")
)
_CLOSE_SECONDS = 1.0


class DatabaseSetupError(Exception):
    """The database is there, but not fit to serve; the message says what to do."""


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How to reach the database, and how long to wait for it. Times in seconds."""

    url: str = field(repr=False)
    min_size: int
    max_size: int
    connect_timeout: float
    command_timeout: float
    statement_timeout: float
    lock_timeout: float
    idle_in_transaction_timeout: float
    timeouts_from: Literal["startup", "role"]
    """`startup`: sent with each connection; `role`: set by ALTER ROLE, as a
    transaction pooler drops what is sent."""
    statement_cache_size: int
    application_name: str = "catalog"


def _server_settings(settings: PoolSettings) -> dict[str, str]:
    # A transaction pooler refuses all but a few start-up settings, or drops them.
    if settings.timeouts_from == "role":
        return {"application_name": settings.application_name}
    seconds = (
        settings.statement_timeout,
        settings.lock_timeout,
        settings.idle_in_transaction_timeout,
    )
    timeouts = {
        name: str(round(value * 1000)) for name, value in zip(TIMEOUTS, seconds, strict=True)
    }
    return {
        "application_name": settings.application_name,
        "default_transaction_isolation": _ISOLATION,
        **timeouts,
    }


async def _nothing_to_reset(_connection: object) -> None:
    """Spare the round trip of a reset: no query of ours leaves anything in a session."""


@asynccontextmanager
async def open_pool(settings: PoolSettings) -> AsyncIterator["asyncpg.Pool[Record]"]:
    """Open the pool, checked; close it when the block ends, by force after a second."""
    pool = await asyncpg.create_pool(
        settings.url,
        min_size=settings.min_size,
        max_size=settings.max_size,
        timeout=settings.connect_timeout,
        command_timeout=settings.command_timeout,
        statement_cache_size=settings.statement_cache_size,
        # A cached plan lives as long as its connection; see queries.py on columns.
        max_cached_statement_lifetime=0,
        reset=_nothing_to_reset,
        server_settings=_server_settings(settings),
    )
    try:
        await _check(pool)
        yield pool
    finally:
        await _close(pool)


async def _check(pool: "asyncpg.Pool[Record]") -> None:
    """Refuse connections on which a wait may last for ever or a snapshot be older than hoped."""
    row = await pool.fetchrow(_CHECK)
    assert row is not None
    wrong = [name for name in TIMEOUTS if row[name] == "0"]
    if row["default_transaction_isolation"] != _ISOLATION:
        wrong.append("default_transaction_isolation (read committed)")
    if wrong:
        raise DatabaseSetupError(
            f"not set on the database's connections: {', '.join(wrong)}; a pooler may drop what "
            "is sent at start: use ALTER ROLE ... SET ... and database.timeouts_from=role"
        )


async def _close(pool: "asyncpg.Pool[Record]") -> None:
    """Let go of the connections; nobody uses one any more, but a server may hang."""
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await pool.close()
    except TimeoutError:
        pool.terminate()
