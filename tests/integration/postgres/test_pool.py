"""The pool: what must hold of its connections, and what is refused at start."""

from dataclasses import replace

import asyncpg
import pytest

from catalog.adapters.postgres.pool import DatabaseSetupError, PoolSettings, open_pool
from catalog.adapters.postgres.store import PostgresStore
from catalog.domain.errors import DatabaseUnavailableError
from catalog.domain.values import UploadId
from tests.support.builders import a_user
from tests.support.postgres import pool_settings

SETTINGS = """
SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
    current_setting('idle_in_transaction_session_timeout') AS idle,
    current_setting('default_transaction_isolation') AS isolation,
    current_setting('application_name') AS name
"""


async def test_every_connection_has_its_deadlines_and_its_isolation(database: str) -> None:
    settings = replace(
        pool_settings(database),
        statement_timeout=1.5,
        lock_timeout=0.75,
        idle_in_transaction_timeout=2,
        application_name="catalog-test",
    )
    async with open_pool(settings) as pool:
        row = await pool.fetchrow(SETTINGS)
    assert row is not None
    assert tuple(row) == ("1500ms", "750ms", "2s", "read committed", "catalog-test")


async def test_a_role_without_deadlines_is_refused_by_name(database: str) -> None:
    settings = replace(pool_settings(database), timeouts_from="role")
    with pytest.raises(DatabaseSetupError) as refusal:
        async with open_pool(settings):
            raise AssertionError("opened")
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert name in str(refusal.value)
    assert database not in str(refusal.value)


async def test_a_role_with_deadlines_of_its_own_is_served(database: str) -> None:
    role = "catalog_with_deadlines"
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    admin = await asyncpg.connect(database)
    try:
        await admin.execute(f"CREATE ROLE {role} LOGIN SUPERUSER")
        for name in names:
            await admin.execute(f"ALTER ROLE {role} SET {name} = '7s'")
        url = database.replace("postgres@", f"{role}@")
        async with open_pool(replace(pool_settings(url), timeouts_from="role")) as pool:
            row = await pool.fetchrow(SETTINGS)
            assert row is not None
            assert (row["statement"], row["lock"], row["idle"]) == ("7s", "7s", "7s")
    finally:
        await admin.execute(f"DROP ROLE IF EXISTS {role}")
        await admin.close()


async def test_a_statement_that_takes_too_long_is_a_passing_fault(database: str) -> None:
    async with open_pool(replace(pool_settings(database), statement_timeout=0.5)) as pool:
        store = PostgresStore(pool, acquire_timeout_seconds=5)
        with pytest.raises(DatabaseUnavailableError):
            await slow(store, pool)
        async with store.autocommit() as statements:
            assert await statements.uploads.get(a_user(), UploadId(a_user())) is None


async def slow(store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    """Meet somebody who holds the whole table for longer than a statement may take."""
    async with store.pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE catalog.uploads IN ACCESS EXCLUSIVE MODE")
        async with store.autocommit() as statements:
            await statements.uploads.get(a_user(), UploadId(a_user()))


async def test_the_address_shows_in_no_repr(database: str) -> None:
    settings: PoolSettings = replace(pool_settings(database), url="postgresql://u:hush@h/d")
    assert "hush" not in repr(settings)
