"""A crash at any step of sweep and deletion queue is ended by the next run."""

import asyncpg
import pytest

from catalog.adapters.postgres.store import PostgresStore
from tests.support.sql_ledger import SqlLedger
from tests.torture.upkeep_crashes import die_at_every_step, lose_connections_at_every_step


@pytest.fixture
def ledger(pool: "asyncpg.Pool[asyncpg.Record]") -> SqlLedger:
    return SqlLedger(pool)


async def test_a_process_may_die_at_any_step(store: PostgresStore, ledger: SqlLedger) -> None:
    assert await die_at_every_step(store, ledger) > 50


async def test_connections_may_be_lost_at_any_step(
    store: PostgresStore, ledger: SqlLedger, database: str
) -> None:
    async def sever() -> None:
        connection = await asyncpg.connect(database)
        try:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        finally:
            await connection.close()

    assert await lose_connections_at_every_step(store, ledger, sever, stride=5) > 50
