"""Whether traffic should be sent here: database, schema, and not on the way out."""

import asyncio
from collections.abc import Mapping

import asyncpg

from catalog.runtime import migrations

OK = "ok"
_DATABASE_SECONDS = 1.5


class ServiceReadiness:
    """Looks each time it is asked; once the schema is complete it stays so."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._schema_complete = False
        self._draining = False

    def drain(self) -> None:
        """Say no from now on."""
        self._draining = True

    async def check(self) -> Mapping[str, str]:
        """Map each component to `ok` or a word on what it lacks."""
        database = await self._database()
        return {
            "database": database,
            "schema": OK if self._schema_complete else "incomplete",
            "process": "draining" if self._draining else OK,
        }

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                if self._schema_complete:
                    await self._pool.fetchval("SELECT 1", timeout=_DATABASE_SECONDS)
                else:
                    self._schema_complete = not await migrations.missing(self._pool)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return "unavailable"
        return OK
