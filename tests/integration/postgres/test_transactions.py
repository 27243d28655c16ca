"""Transactions as the store lends them: their isolation, and how they end."""

import asyncio
from contextlib import nullcontext

import pytest

from catalog.adapters.postgres.loans import Transaction
from catalog.adapters.postgres.queries import Query
from catalog.adapters.postgres.statements import Connection
from catalog.adapters.postgres.store import PostgresStore
from tests.integration.postgres.waits import until_waiting

STATE = Query(
    "state",
    "SELECT current_setting('transaction_isolation') AS isolation, txid_current() AS transaction",
)
OTHERWISE = Query("otherwise", "SET default_transaction_isolation = 'serializable'")
LOCK = Query("lock", "SELECT pg_advisory_xact_lock(7)")
FREE = Query("free", "SELECT pg_try_advisory_xact_lock(7) AS taken")


def transaction(store: PostgresStore) -> Transaction[Connection]:
    return Transaction(store.lender, lambda connection: connection)


async def is_free(store: PostgresStore) -> bool:
    async with store.connection() as connection:
        return bool((await connection.one(FREE))["taken"])


async def test_statements_of_one_block_share_a_transaction_that_reads_what_is_committed(
    store: PostgresStore,
) -> None:
    async with store.connection() as connection:
        await connection.run(OTHERWISE)
    async with transaction(store) as connection:
        rows = [await connection.one(STATE) for _ in range(2)]
    assert {row["isolation"] for row in rows} == {"read committed"}
    assert len({row["transaction"] for row in rows}) == 1
    async with store.connection() as connection:
        assert (await connection.one(STATE))["isolation"] == "serializable", "the same connection"


@pytest.mark.parametrize("fault", [None, LookupError("x"), asyncio.CancelledError()])
async def test_a_block_that_is_over_leaves_no_transaction_and_nobody_has_to_clean_up(
    store: PostgresStore, fault: BaseException | None, caplog: pytest.LogCaptureFixture
) -> None:
    async def block() -> None:
        async with transaction(store) as connection:
            await connection.one(LOCK)
            if fault is not None:
                raise fault

    with pytest.raises(type(fault)) if fault is not None else nullcontext():
        await block()
    assert await is_free(store)
    assert caplog.records == []


async def test_a_caller_that_leaves_a_statement_leaves_no_transaction_behind(
    store: PostgresStore, caplog: pytest.LogCaptureFixture
) -> None:
    async def block() -> None:
        async with transaction(store) as connection:
            await connection.one(LOCK)

    async with transaction(store) as connection:
        await connection.one(LOCK)
        other = asyncio.create_task(block())
        await until_waiting(store.pool, 1)
        other.cancel()
        with pytest.raises(asyncio.CancelledError):
            await other
    assert await is_free(store)
    assert caplog.records == []
