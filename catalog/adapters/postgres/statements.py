"""One connection as the use cases see it: its four repositories and how a query runs."""

from asyncpg import Record
from asyncpg.pool import PoolConnectionProxy

from catalog.adapters.postgres.queries import Query


class Connection:
    """Runs named queries. Every statement has the pool's command timeout as its deadline."""

    __slots__ = ("_raw",)

    def __init__(self, raw: "PoolConnectionProxy[Record]") -> None:
        self._raw = raw

    def end(self) -> None:
        """Let go of the connection: a statement after this one's time is a mistake, and fails."""
        del self._raw

    async def row(self, query: Query, **values: object) -> Record | None:
        """Return the first row, or None."""
        return await self._raw.fetchrow(query.text, *query.arguments(values))

    async def one(self, query: Query, **values: object) -> Record:
        """Return the first row of a query that always has one."""
        row = await self._raw.fetchrow(query.text, *query.arguments(values))
        assert row is not None
        return row

    async def rows(self, query: Query, **values: object) -> list[Record]:
        """Return all rows."""
        return list(await self._raw.fetch(query.text, *query.arguments(values)))

    async def run(self, query: Query, **values: object) -> None:
        """Run a query whose rows nobody needs."""
        await self._raw.execute(query.text, *query.arguments(values))
