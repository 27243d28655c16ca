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
    assert await lose_connections_at_every_step(store, ledger, database, stride=5) > 50
