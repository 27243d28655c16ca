"""Every query is understood by every version, and belongs to exactly one repository method."""

from collections import Counter

import asyncpg
import pytest

from catalog.adapters.postgres.queries import Query
from catalog.devstack.postgres import Cluster
from catalog.runtime import migrations
from tests.integration.postgres import named_queries

QUERIES = named_queries.every_query()


@pytest.fixture
def migrated(each_version: Cluster) -> str:
    """Address of a migrated database; made once a server."""
    dsn = each_version.dsn("queries")
    migrations.apply(dsn)
    return dsn


async def test_every_query_prepares_against_the_migrated_schema(migrated: str) -> None:
    """With no search path: it is a setting that a pooler may drop."""
    connection = await asyncpg.connect(migrated)
    try:
        await connection.execute("SET search_path = ''")
        for query in QUERIES.values():
            prepared = await connection.prepare(query.text)
            assert len(prepared.get_parameters()) == len(query.parameters), query.name
    finally:
        await connection.close()


def test_every_query_is_used_by_exactly_one_method() -> None:
    uses = Counter(use.query for use in named_queries.every_use())
    assert uses == Counter(QUERIES.keys())


def test_every_repository_method_is_one_query() -> None:
    uses = Counter(use.method for use in named_queries.every_use())
    assert uses == Counter(named_queries.repository_methods())


def test_every_use_names_a_query_of_its_own_file() -> None:
    for use in named_queries.every_use():
        assert use.query in QUERIES
    of_file = Counter(use.file for use in named_queries.every_use())
    assert sorted(of_file) == named_queries.files()


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_no_query_takes_all_columns_of_a_table(query: Query) -> None:
    """A cached plan breaks when a migration adds a column to what `*` means."""
    assert "SELECT * FROM catalog." not in query.text
    assert "RETURNING *" not in query.text
