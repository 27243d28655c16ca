"""Connections that are lent from hand to hand: whoever asks is answered, and none is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from catalog.adapters.postgres import lending
from catalog.adapters.postgres.pool import open_pool
from catalog.adapters.postgres.queries import Query
from catalog.adapters.postgres.statements import Connection
from catalog.adapters.postgres.store import PostgresStore
from catalog.domain.errors import DatabaseUnavailableError
from tests.support.postgres import pool_settings
from tests.support.waiting import SECONDS, seen, until

WHO = Query("who", "SELECT pg_backend_pid() AS pid")
SLEEP = Query("sleep", "SELECT pg_sleep(:seconds::float8)")
ASLEEP = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT pg_sleep(%'
"""
MANY = 1_000


async def who(store: PostgresStore) -> int:
    async with store.connection() as connection:
        return int((await connection.one(WHO))["pid"])


@pytest.fixture
async def few(database: str) -> AsyncIterator[PostgresStore]:
    """A store with three connections."""
    async with open_pool(replace(pool_settings(database, size=3), min_size=0)) as pool:
        yield PostgresStore(pool, acquire_timeout_seconds=10)


async def at_rest(store: PostgresStore) -> None:
    """Wait until the pool has everything again."""
    pool = store.pool
    await until(lambda: store.lender.free == 0 and pool.get_idle_size() == pool.get_size())


async def test_a_connection_goes_from_hand_to_hand_and_then_back_to_the_pool(
    few: PostgresStore,
) -> None:
    assert len({await who(few) for _ in range(20)}) == 1
    await at_rest(few)


async def test_a_store_that_is_closed_leaves_its_connections_to_the_pool_at_once(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "TURN_SECONDS", 3600)
    async with open_pool(pool_settings(database, size=2)) as pool:
        store = PostgresStore(pool, acquire_timeout_seconds=5)
        async with store.autocommit():
            await who(store)
            store.close()
        await at_rest(store)
        assert await who(store), "and lends them again, as long as there is a pool"


async def test_a_thousand_callers_on_a_small_pool_are_all_answered_and_nobody_is_left_out(
    few: PostgresStore,
) -> None:
    async with asyncio.TaskGroup() as tasks:
        callers = [tasks.create_task(who(few)) for _ in range(MANY)]
    assert len({each.result() for each in callers}) <= 3
    assert few.lender.waiting == 0
    await at_rest(few)


async def test_callers_are_served_in_the_order_in_which_they_came(database: str) -> None:
    order: list[int] = []

    async def call(number: int) -> None:
        async with store.connection() as connection:
            order.append(number)
            await connection.one(WHO)

    # Connections that are there already: who waits for a new one may be overtaken meanwhile.
    async with open_pool(replace(pool_settings(database, size=3), min_size=3)) as pool:
        store = PostgresStore(pool, acquire_timeout_seconds=10)
        async with asyncio.TaskGroup() as tasks:
            for number in range(60):
                tasks.create_task(call(number))
    assert all(abs(place - number) <= 3 for place, number in enumerate(order))


async def test_who_finds_no_connection_in_time_is_told_so_and_takes_none_along(
    database: str,
) -> None:
    async with open_pool(pool_settings(database, size=1)) as pool:
        store = PostgresStore(pool, acquire_timeout_seconds=0.05)
        async with store.autocommit():
            for _ in range(3):
                with pytest.raises(DatabaseUnavailableError):
                    await who(store)
            assert store.lender.waiting == 0
        assert await who(store)


async def test_who_comes_again_stands_behind_those_who_wait_and_waits_no_longer_than_they(
    database: str,
) -> None:
    async with open_pool(pool_settings(database, size=1)) as pool:
        store = PostgresStore(pool, acquire_timeout_seconds=20)
        enough = asyncio.Event()

        async def hold() -> None:
            async with store.autocommit():
                await enough.wait()

        async with store.autocommit():
            next_one = asyncio.create_task(hold())
            await until(lambda: store.lender.waiting == 1)
        store.lender._timeout = 0.2  # of whoever comes from now on
        with pytest.raises(DatabaseUnavailableError):
            await asyncio.wait_for(who(store), SECONDS)
        enough.set()
        await next_one


async def test_callers_that_leave_at_any_moment_take_no_connection_along(
    few: PostgresStore,
) -> None:
    async def call(moments: int) -> None:
        async with few.transaction():
            for _ in range(moments):
                await asyncio.sleep(0)

    for moments in range(60):
        callers = [asyncio.create_task(call(moments % 7)) for _ in range(6)]
        for _ in range(moments):
            await asyncio.sleep(0)
        for caller in callers[::2]:
            caller.cancel()
        await asyncio.wait(callers)
    await at_rest(few)
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(who(few))


async def test_a_statement_that_its_caller_left_is_over_before_the_next_borrower(
    few: PostgresStore,
    pool: "asyncpg.Pool[asyncpg.Record]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lending, "_TIDY_SECONDS", SECONDS)

    async def sleep() -> None:
        async with few.connection() as connection:
            await connection.one(SLEEP, seconds=30)

    async def active() -> int:
        return int(await pool.fetchval(ASLEEP))

    caller = asyncio.create_task(sleep())
    await seen(active, lambda count: count == 1)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await active() == 0
    assert await who(few)


async def test_connections_that_the_server_ended_while_nobody_used_them_are_not_lent(
    few: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    for _ in range(5):
        pid = await who(few)
        assert await pool.fetchval("SELECT pg_terminate_backend($1, 1000)", pid)
        await until(lambda: few.pool.get_size() == 0)
        assert await who(few) != pid


async def test_a_connection_that_ended_leaves_its_place_to_a_new_one(
    database: str, pool: "asyncpg.Pool[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "TURN_SECONDS", 3600)
    async with open_pool(replace(pool_settings(database, size=1), min_size=0)) as only_one:
        store = PostgresStore(only_one, acquire_timeout_seconds=SECONDS)
        pid = await who(store)
        assert await pool.fetchval("SELECT pg_terminate_backend($1, 1000)", pid)
        await until(lambda: only_one.get_size() == 0)
        assert await who(store) != pid


async def test_a_transaction_that_somebody_left_open_is_not_lent_on(few: PostgresStore) -> None:
    now = Query("now", "SELECT now() AS at")

    async def times(connection: Connection) -> set[object]:
        return {(await connection.one(now))["at"] for _ in range(2)}

    async with few.connection() as connection:
        await connection.run(Query("begin", "BEGIN"))
        assert len(await times(connection)) == 1
    async with few.connection() as connection:
        assert len(await times(connection)) == 2


async def test_a_borrower_cannot_go_on_after_its_time(few: PostgresStore) -> None:
    async with few.connection() as connection:
        await connection.one(WHO)
    with pytest.raises(AttributeError):
        await connection.one(WHO)


async def test_waiting_callers_show(few: PostgresStore) -> None:
    async with few.connection(), few.connection(), few.connection():
        caller = asyncio.create_task(who(few))
        await until(lambda: few.lender.waiting == 1)
    assert await caller
    assert few.lender.waiting == 0
