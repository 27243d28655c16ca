"""What a relay's session is to the server: a backend of its own that ends with its relay."""

import asyncio
import time

import asyncpg
import pytest

from catalog.adapters.postgres.pool import DatabaseSetupError
from catalog.adapters.postgres.relay_session import LOCKS
from catalog.adapters.postgres.relay_sessions import require_own_backend
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.outbox_ports import RelaySession, RelaySessionLostError
from tests.integration.relay.pooler import pooler
from tests.support.announcing import announce, relay_sessions
from tests.support.outbox import an_outbox_record
from tests.support.waiting import SECONDS

_BACKENDS = """
SELECT l.pid FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND l.classid = $1 AND l.objid = 64
    AND d.datname = current_database()
"""


async def backend(pool: "asyncpg.Pool[asyncpg.Record]") -> int:
    """Find the one session's backend by its presence."""
    return int(await pool.fetchval(_BACKENDS, LOCKS))


async def until_lost(session: RelaySession) -> None:
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                await session.standing()
            except RelaySessionLostError:
                return


async def test_a_session_that_falls_silent_is_ended_and_its_shards_are_free(
    database: str,
) -> None:
    sessions = relay_sessions(database, session_timeout=30)
    async with sessions.open() as other, sessions.open() as hung:
        assert await hung.take([1, 2]) == {1, 2}
        assert await other.take([1, 2]) == set()
        # No sooner: on a slow machine it would be ended between its own words.
        await hung._connection._raw.execute("SET idle_session_timeout = '50ms'")
        async with asyncio.timeout(SECONDS):
            while (await other.standing()).relays == 2:  # noqa: ASYNC110 - the server's doing
                await asyncio.sleep(0.05)
        assert await other.take([1, 2]) == {1, 2}
        with pytest.raises(RelaySessionLostError):
            await hung.standing()


async def test_a_session_is_certain_only_while_the_server_cannot_have_ended_it(
    database: str,
) -> None:
    lasts = 60.0
    async with relay_sessions(database, session_timeout=lasts).open() as session:
        for share, certain in ((0.4, True), (0.95, False)):
            session._connection._asked = time.monotonic() - share * lasts
            assert session.certain() is certain
        # The server has not ended it yet: a word makes it certain again.
        await session.standing()
        assert session.certain()


async def test_the_server_ends_what_hangs_at_any_point(
    database: str, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    async with relay_sessions(database).open() as session:
        names = (
            "idle_session_timeout",
            "tcp_user_timeout",
            "idle_in_transaction_session_timeout",
            "statement_timeout",
            "lock_timeout",
            "default_transaction_isolation",
        )
        raw = session._connection._raw
        found = {name: await raw.fetchval(f"SHOW {name}") for name in names}
    assert list(found.values()) == ["3s", "3000", "3s", "9s", "9s", "read committed"]


async def test_a_session_whose_backend_is_gone_says_so(
    database: str, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    async with relay_sessions(database).open() as session:
        await pool.fetchval("SELECT pg_terminate_backend($1)", await backend(pool))
        await until_lost(session)
        assert not session.certain()


async def test_a_statement_that_takes_too_long_ends_the_session(
    database: str, store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await announce(store, an_outbox_record())
    async with pool.acquire() as other, other.transaction():
        await other.execute("SELECT 1 FROM catalog.outbox_events FOR UPDATE")
        async with relay_sessions(database).open() as session:
            await session._connection._raw.execute("SET lock_timeout = '50ms'")
            with pytest.raises(RelaySessionLostError):
                await session.mark_published([1])


async def test_a_database_that_cannot_record_is_left_alone(
    database: str, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    name = await pool.fetchval("SELECT current_database()")
    await pool.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(RelaySessionLostError):
        async with relay_sessions(database).open():
            pass


async def test_an_address_where_nobody_answers_is_a_session_lost() -> None:
    with pytest.raises(RelaySessionLostError):
        async with relay_sessions("postgresql://postgres@127.0.0.1:1/none").open():
            pass


@pytest.mark.parametrize("backends", [1, 2, 3])
async def test_a_transaction_pooler_is_refused(database: str, backends: int) -> None:
    async with pooler(database, backends) as address:
        with pytest.raises(DatabaseSetupError, match="direct_url leads through a transaction"):
            async with relay_sessions(address).open():
                pass


class Backends:
    """A connection that is answered by these backends in turn."""

    def __init__(self, *pids: int) -> None:
        self._pids = list(pids)

    async def fetchval(self, _query: str) -> int:
        return self._pids.pop(0)

    def transaction(self) -> "Backends":
        return self

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None: ...


@pytest.mark.parametrize(
    ("session", "witness", "own"),
    [((1, 1), (2,), True), ((1, 3), (2,), False), ((1, 1), (1,), False), ((1, 2), (1,), False)],
)
async def test_two_statements_must_meet_one_backend_that_nobody_else_meets(
    session: tuple[int, ...], witness: tuple[int, ...], own: bool
) -> None:
    connections: tuple[object, object] = Backends(*session), Backends(*witness)
    check = require_own_backend(*connections)  # type: ignore[arg-type]  # two methods are enough
    if own:
        await check
        return
    with pytest.raises(DatabaseSetupError):
        await check
