"""Whether traffic should be sent here: database, schema, and whether we are on the way out."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from catalog.adapters.http.health import OK
from catalog.runtime import migrations

_DATABASE_SECONDS = 1.5
_KEPT_SECONDS = 0.5
_BUSY_SECONDS = 2.0
"""How long a pool without a free connection is taken for busy after the last answer. With the
two above, and a look of whoever asks twice a second, it takes below 5 s until a fault shows."""


@dataclass(frozen=True, slots=True)
class _Look:
    database: str = OK
    schema: str = OK


class ServiceReadiness:
    """Looks at most twice a second and once at a time, however many ask.

    What is asked is which migrations there are: one short statement that says both
    whether the database answers and whether it is one that this release can use.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._draining = False
        self._looking = asyncio.Lock()
        self._seen = _Look()
        self._looked_at = self._answered_at = float("-inf")

    def drain(self) -> None:
        """Say no from now on."""
        self._draining = True

    async def check(self) -> Mapping[str, str]:
        """Map each component to `ok` or a word on what it lacks."""
        async with self._looking:
            if time.monotonic() >= self._looked_at + _KEPT_SECONDS:
                self._seen = await self._look()
                self._looked_at = time.monotonic()
        return {
            "database": self._seen.database,
            "schema": self._seen.schema,
            "process": "draining" if self._draining else OK,
        }

    async def _look(self) -> _Look:
        """Ask the database. A pool whose connections are all at work is busy, not broken."""
        full = self._pool.get_size() == self._pool.get_max_size()
        busy = full and self._pool.get_idle_size() == 0
        if busy and time.monotonic() < self._answered_at + _BUSY_SECONDS:
            return self._seen
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                missing = await self._missing()
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return _Look(database="unavailable", schema="unknown")
        self._answered_at = time.monotonic()
        return _Look(schema="incomplete" if missing else OK)

    async def _missing(self) -> list[str]:
        """Look, and end a connection that gives no answer: its pool would wait for it longer."""
        connection = await self._pool.acquire(timeout=_DATABASE_SECONDS)
        try:
            return await migrations.missing(connection)
        except BaseException:
            connection.terminate()
            raise
        finally:
            await self._pool.release(connection)
