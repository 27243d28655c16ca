"""Seeing who waits for whom inside the server."""

import asyncio
import time

import asyncpg

from tests.support.waiting import SECONDS

_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def until_waiting(pool: "asyncpg.Pool[asyncpg.Record]", sessions: int) -> None:
    """Return once so many sessions wait for a lock; AssertionError when they never do."""
    deadline = time.monotonic() + SECONDS
    while (waiting := await pool.fetchval(_WAITING)) < sessions:
        assert time.monotonic() < deadline, f"{waiting} of {sessions} sessions wait"
        await asyncio.sleep(0.005)
