"""The SQL of the last release: kept as it was, and run as that release runs it."""

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from catalog.adapters.postgres.queries import _FRAGMENT, _HEADER, Query

FOLDER = Path(__file__).parents[2] / "data" / "released_sql"
FRAGMENTS = "fragments.sql"


def released_queries() -> dict[str, Query]:
    """Compile every query of every file."""
    fragments = _sections(FOLDER / FRAGMENTS)
    return {
        name: Query(name, _FRAGMENT.sub(lambda match: fragments[match[1]].strip(), text))
        for file in sorted(FOLDER.glob("*.sql"))
        if file.name != FRAGMENTS
        for name, text in _sections(file).items()
    }


def _sections(file: Path) -> dict[str, str]:
    _, *parts = _HEADER.split(file.read_text("utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


class ReleasedSql:
    """Runs queries by name; everything else that the release does is up to the test."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection
        self._queries = released_queries()

    async def rows(self, name: str, **values: object) -> Sequence[asyncpg.Record]:
        """Run a query. TypeError unless these are its parameters."""
        query = self._queries[name]
        return await self._connection.fetch(query.text, *query.arguments(values))

    async def row(self, name: str, **values: object) -> asyncpg.Record:
        """Run a query that has one row."""
        rows = await self.rows(name, **values)
        assert len(rows) == 1, name
        return rows[0]
