"""What the named queries read of large tables: by index, and no more than they are about."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from bench.grown import loader
from bench.grown.plan_cases import CASES, MOST_ROWS, faults_of, queries, values_of
from bench.grown.plans import GROWING, MODES, Connection, answer_of, literal
from catalog.devstack.postgres import Cluster
from catalog.runtime import migrations

ROWS, BELIEVED = 10_000, 1_000_000
_SAY_MORE = """
UPDATE pg_class SET reltuples = reltuples * $1
WHERE relnamespace = 'catalog'::regnamespace AND relkind IN ('r', 'i')
"""
_SHARES = """
SELECT c.relname, (
    SELECT option_value FROM pg_options_to_table(c.reloptions)
    WHERE option_name = 'autovacuum_vacuum_scale_factor'
) AS share
FROM pg_class AS c
WHERE c.relnamespace = 'catalog'::regnamespace AND c.relname = ANY($1)
"""
# The server's own would come when it likes, count what is there and believe that.
_COUNTED_BY_US_ALONE = "ALTER TABLE catalog.{} SET (autovacuum_enabled = false)"
# More than anybody has counted: the last look at the table saw none that was not published.
_WAITING = """
INSERT INTO catalog.outbox_events (aggregate_type, aggregate_id, event_type, payload)
SELECT 'upload', gen_random_uuid(), 'x', '' FROM generate_series(1, 1000)
"""


@pytest.fixture(scope="module")
def grown_dsn(cluster: Cluster) -> str:
    """Address of a database that holds some, and believes to hold a million."""
    dsn = cluster.dsn(f"grown_{uuid.uuid4().hex}")
    migrations.apply(dsn)
    asyncio.run(_grow(dsn))
    return dsn


async def _grow(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    for table in GROWING:
        await connection.execute(_COUNTED_BY_US_ALONE.format(table))
    await loader.load(dsn, ROWS)
    await connection.execute(_SAY_MORE, BELIEVED / ROWS)
    await connection.execute(_WAITING)
    await connection.close()


@pytest.fixture
async def grown(grown_dsn: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(grown_dsn)
    yield connection
    await connection.close()


def test_all_that_is_said_of_a_query_is_said_of_one_that_exists() -> None:
    assert set(CASES) <= set(queries())
    assert len(queries()) > 50


@pytest.mark.parametrize("name", sorted(queries()))
async def test_a_query_reads_large_tables_by_index_and_in_bounds(
    grown: Connection, name: str
) -> None:
    query = queries()[name]
    for mode in MODES:
        answer = await answer_of(grown, query, values_of(query, ROWS), mode)
        assert faults_of(answer) == []


@pytest.mark.parametrize(
    ("index", "name"),
    [
        ("uploads_by_user", "page_of_uploads"),
        ("uploads_by_video", "holders_of_video"),
        ("uploads_waiting_by_deadline", "claim_expired_sessions"),
        ("uploads_failed_by_deadline", "prune_failed_uploads"),
        ("inbox_events_by_time", "prune_inbox"),
        ("outbox_events_by_time", "events_of_aggregates"),
        ("object_deletions_due", "claim_due_deletions"),
        ("object_deletions_by_age", "prune_tombstones"),
        ("upload_events_by_upload", "history_of_upload"),
        ("videos_by_file", "bury_orphan"),
    ],
)
async def test_a_missing_index_is_noticed(grown: Connection, index: str, name: str) -> None:
    query, found = queries()[name], list[str]()
    transaction = grown.transaction()
    await transaction.start()
    await grown.execute(f"DROP INDEX catalog.{index}")
    for mode in MODES:
        found += faults_of(await answer_of(grown, query, values_of(query, ROWS), mode))
    await transaction.rollback()
    assert found != []


async def test_tombstones_that_were_kept_are_not_even_read_the_next_time(grown: Connection) -> None:
    query = queries()["prune_tombstones"]
    values = {**values_of(query, ROWS), "age": timedelta(days=31)}
    transaction = grown.transaction()
    await transaction.start()
    before = [(await answer_of(grown, query, values, mode)).rows for mode in MODES]
    looked = await grown.fetchrow(query.text, *query.arguments(values))
    after = [(await answer_of(grown, query, values, mode)).rows for mode in MODES]
    await transaction.rollback()
    assert looked is not None
    assert min(looked["kept"], *before) > MOST_ROWS
    assert after == [0, 0]


async def test_no_large_table_waits_until_a_fifth_of_it_is_dead(grown: Connection) -> None:
    """Videos change once in their lives, and go never: the default does for them."""
    rows = await grown.fetch(_SHARES, list(GROWING))
    told = {row["relname"]: row["share"] for row in rows}
    assert {table for table, share in told.items() if share is None} == {"videos"}
    assert max(float(share) for share in told.values() if share) <= 0.02


@pytest.mark.parametrize("value", [None, True, 7, "it's", 'say "\\x"', b"\x00\xff"])
async def test_values_are_read_as_they_were_meant(grown: Connection, value: object) -> None:
    kinds = {bool: "boolean", int: "bigint", bytes: "bytea"}
    kind = kinds.get(type(value), "text")
    assert await grown.fetchval(f"SELECT {literal(value)}::{kind}") == value
    assert await grown.fetchval(f"SELECT {literal([value, value])}::{kind}[]") == [value] * 2
