"""Opening a relay's session: a backend of its own, which does not outlive a relay that hangs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from catalog.adapters.postgres.pool import DatabaseSetupError
from catalog.adapters.postgres.relay_connection import RawConnection, RelayConnection, or_lost
from catalog.adapters.postgres.relay_session import LOCKS, PRESENCE, PostgresRelaySession
from catalog.application.outbox_ports import RelaySessionLostError

_CLOSE_SECONDS = 2.0
_PID = "SELECT pg_backend_pid()"
# Plans are made anew for each look: those that are kept are as old as the session, of a time
# perhaps when the table was empty and no index seemed worth its while.
_SETTINGS = (
    "SELECT set_config('idle_session_timeout', $1, false),"
    " set_config('tcp_user_timeout', $1, false),"
    " set_config('idle_in_transaction_session_timeout', $1, false),"
    " set_config('statement_timeout', $2, false),"
    " set_config('lock_timeout', $2, false),"
    " set_config('default_transaction_isolation', 'read committed', false),"
    " set_config('plan_cache_mode', 'force_custom_plan', false)"
)
_WRITABLE = "SELECT current_setting('transaction_read_only') = 'off'"
_PRESENCE = "SELECT pg_try_advisory_lock_shared($1, $2)"
_POOLED = (
    "database.direct_url leads through a transaction pooler, which keeps no locks: "
    "give it an address of the database itself, or of a pooler in session mode"
)
# What a pooler makes of prepared statements and of transactions that it does not allow.
_POOLER_FAULTS = (
    asyncpg.InvalidSQLStatementNameError,
    asyncpg.DuplicatePreparedStatementError,
    asyncpg.ProtocolViolationError,
)


@dataclass(frozen=True, slots=True)
class RelaySessionSettings:
    """How to reach the database directly. Times in seconds."""

    url: str = field(repr=False)
    session_timeout: float
    """The server ends a session that has said nothing for so long: its relay hangs or is gone."""
    connect_timeout: float
    command_timeout: float
    statement_timeout: float
    application_name: str = "catalog-relay"


@dataclass(frozen=True, slots=True)
class PostgresRelaySessions:
    """Opens sessions; each checks anew that it has a backend of its own."""

    settings: RelaySessionSettings

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PostgresRelaySession]:
        """Open a session and be counted among the relays.

        Raises RelaySessionLostError when there is none to be had now, DatabaseSetupError
        when the address cannot hold locks.
        """
        async with _connection(self.settings) as raw:
            with or_lost():
                await self._check(raw)
                pid = await self._enter(raw)
            connection = RelayConnection(
                raw,
                deadline_seconds=self.settings.command_timeout,
                certain_seconds=self.settings.session_timeout * 2 / 3,
            )
            yield PostgresRelaySession(connection, pid)

    async def _check(self, raw: RawConnection) -> None:
        async with _connection(self.settings) as witness:
            try:
                await require_own_backend(raw, witness)
            except _POOLER_FAULTS:
                raise DatabaseSetupError(_POOLED) from None

    async def _enter(self, raw: RawConnection) -> int:
        idle, longest = (
            str(round(seconds * 1000))
            for seconds in (self.settings.session_timeout, self.settings.statement_timeout)
        )
        await raw.execute(_SETTINGS, idle, longest)
        if not await raw.fetchval(_WRITABLE):
            raise RelaySessionLostError("the database is read-only")
        await raw.execute(_PRESENCE, LOCKS, PRESENCE)
        return int(await raw.fetchval(_PID))


async def require_own_backend(session: RawConnection, witness: RawConnection) -> None:
    """Raise DatabaseSetupError unless every statement of `session` meets the same backend.

    A pooler that lends backends by the transaction gives the witness's one the backend that
    the session has just used, or the session another one while the witness keeps it.
    """
    first = await session.fetchval(_PID)
    async with witness.transaction():
        if await witness.fetchval(_PID) == first or await session.fetchval(_PID) != first:
            raise DatabaseSetupError(_POOLED)


@asynccontextmanager
async def _connection(settings: RelaySessionSettings) -> AsyncIterator[RawConnection]:
    with or_lost():
        raw = await asyncpg.connect(
            settings.url,
            timeout=settings.connect_timeout,
            command_timeout=settings.command_timeout,
            max_cached_statement_lifetime=0,
            server_settings={"application_name": settings.application_name},
        )
    try:
        yield raw
    finally:
        await _close(raw)


async def _close(raw: RawConnection) -> None:
    """Say goodbye, so that the locks are free at once; hang up on a server that does not hear."""
    try:
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await raw.close()
    finally:
        raw.terminate()
