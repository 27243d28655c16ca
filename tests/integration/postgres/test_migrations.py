"""The schema grows from nothing on every version, the same way each time."""

import asyncio
import re
import uuid

import asyncpg
import pytest

from catalog.devstack.postgres import Cluster
from catalog.runtime import migrations
from tests.support.postgres import TEMPLATE, lasting_database

FILES = sorted(path.name for path in migrations.folder().glob("*"))
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
FROM information_schema.columns WHERE table_schema = 'catalog'
    AND table_name <> 'schema_migrations'
ORDER BY table_name, column_name
"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'catalog' AND tablename <> 'schema_migrations' ORDER BY indexname
"""
# Version 18 keeps NOT NULL as constraints of their own; the columns above tell of it.
CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'catalog'::regnamespace AND contype <> 'n'
    AND conrelid <> coalesce(to_regclass('catalog.schema_migrations'), 0)
ORDER BY conname
"""
UNCOMMENTED = """
SELECT relname FROM pg_class WHERE relnamespace = 'catalog'::regnamespace AND relkind = 'r'
    AND relname <> 'schema_migrations' AND obj_description(oid, 'pg_class') IS NULL
"""


def empty(cluster: Cluster) -> str:
    """Address of a database that is not there yet."""
    return cluster.dsn(f"empty_{uuid.uuid4().hex}")


async def rows(dsn: str, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row.values()) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def shape(dsn: str) -> list[tuple[object, ...]]:
    return [row for query in (COLUMNS, INDEXES, CONSTRAINTS) for row in await rows(dsn, query)]


async def test_they_run_from_nothing_and_again_change_nothing(each_version: Cluster) -> None:
    dsn = empty(each_version)
    assert migrations.apply(dsn) == FILES
    first = await shape(dsn)
    assert len(first) > 60
    assert migrations.apply(dsn) == []
    assert await shape(dsn) == first


async def test_the_schema_is_the_same_on_every_version(
    each_version: Cluster, template: Cluster
) -> None:
    dsn = each_version.dsn("queries")
    migrations.apply(dsn)
    assert await shape(dsn) == await shape(template.dsn(TEMPLATE))


async def test_two_at_once_do_not_disturb_each_other(cluster: Cluster) -> None:
    dsn = await lasting_database(cluster, "template1")
    both = await asyncio.gather(*(asyncio.to_thread(migrations.apply, dsn) for _ in range(2)))
    assert sorted(name for applied in both for name in applied) == FILES


async def test_what_is_missing_is_named(cluster: Cluster, template: Cluster) -> None:
    for dsn, missing in (
        (await lasting_database(cluster, "template1"), list(migrations.versions())),
        (template.dsn(TEMPLATE), []),
    ):
        async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
            assert await migrations.missing(pool) == missing


async def test_every_table_says_what_it_is_for(template: Cluster) -> None:
    assert await rows(template.dsn(TEMPLATE), UNCOMMENTED) == []


def test_numbers_are_consecutive_from_one() -> None:
    numbers = [int(name.split("_", 1)[0]) for name in FILES]
    assert numbers == list(range(1, len(FILES) + 1))
    assert len({name.split("_", 1)[0] for name in FILES}) == len(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_migration_has_a_telling_name_and_only_goes_forward(name: str) -> None:
    assert re.fullmatch(r"\d{3}_[a-z]+(_[a-z]+)+\.sql", name)
    text = (migrations.folder() / name).read_text()
    up, _, down = text.partition("-- migrate:down")
    assert up.startswith("-- migrate:up\n")
    assert down.strip() == ""


@pytest.mark.parametrize("name", FILES)
def test_a_migration_never_waits_for_long(name: str) -> None:
    text = (migrations.folder() / name).read_text()
    assert "SET LOCAL lock_timeout" in text
    assert "SET LOCAL statement_timeout" in text
