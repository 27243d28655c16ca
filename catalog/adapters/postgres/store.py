"""The Store on an asyncpg pool."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from catalog.adapters.postgres.deletions import PostgresDeletions
from catalog.adapters.postgres.failures import translated
from catalog.adapters.postgres.inbox import PostgresInbox
from catalog.adapters.postgres.operations_inbox import PostgresInboxRecords
from catalog.adapters.postgres.operations_story import PostgresStories
from catalog.adapters.postgres.outbox import PostgresOutbox
from catalog.adapters.postgres.statements import Connection
from catalog.adapters.postgres.upkeep_endings import PostgresEndings
from catalog.adapters.postgres.upkeep_findings import PostgresFindings
from catalog.adapters.postgres.upkeep_pruning import PostgresPruning
from catalog.adapters.postgres.upkeep_queue import PostgresDeletionQueue
from catalog.adapters.postgres.upkeep_reports import PostgresUpkeepReports
from catalog.adapters.postgres.upkeep_sweeps import PostgresSweeps
from catalog.adapters.postgres.uploads import PostgresUploads
from catalog.adapters.postgres.videos import PostgresVideos
from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import ContentionError

RawConnection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
_TIDY_SECONDS = 0.5


class PostgresStatements:
    """The repositories of one connection, each made when it is first used."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def uploads(self) -> PostgresUploads:
        """The uploads."""
        return PostgresUploads(self._connection)

    @cached_property
    def videos(self) -> PostgresVideos:
        """The videos."""
        return PostgresVideos(self._connection)

    @cached_property
    def inbox(self) -> PostgresInbox:
        """The inbox."""
        return PostgresInbox(self._connection)

    @cached_property
    def deletions(self) -> PostgresDeletions:
        """The tombstones."""
        return PostgresDeletions(self._connection)

    @cached_property
    def outbox(self) -> PostgresOutbox:
        """The events that were announced."""
        return PostgresOutbox(self._connection)

    @cached_property
    def endings(self) -> PostgresEndings:
        """Uploads that end without their owner."""
        return PostgresEndings(self._connection)

    @cached_property
    def deletion_queue(self) -> PostgresDeletionQueue:
        """Objects to delete."""
        return PostgresDeletionQueue(self._connection)

    @cached_property
    def sweeps(self) -> PostgresSweeps:
        """Walks over bucket and rows."""
        return PostgresSweeps(self._connection)

    @cached_property
    def findings(self) -> PostgresFindings:
        """What walks found."""
        return PostgresFindings(self._connection)

    @cached_property
    def pruning(self) -> PostgresPruning:
        """Removal of what is over."""
        return PostgresPruning(self._connection)

    @cached_property
    def upkeep_reports(self) -> PostgresUpkeepReports:
        """Counts for people."""
        return PostgresUpkeepReports(self._connection)

    @cached_property
    def stories(self) -> PostgresStories:
        """Everything that is kept of one upload."""
        return PostgresStories(self._connection)

    @cached_property
    def inbox_records(self) -> PostgresInboxRecords:
        """The inbox for people."""
        return PostgresInboxRecords(self._connection)


@dataclass(slots=True)
class PoolQueue:
    """Who waits for a connection; the pool itself does not say."""

    length: int = 0

    @contextmanager
    def waiting_in_it(self) -> Iterator[None]:
        """Be one of them while the block lasts."""
        self.length += 1
        try:
            yield
        finally:
            self.length -= 1


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """Lends connections for at most one use case at a time."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    acquire_timeout_seconds: float
    queue: PoolQueue = field(default_factory=PoolQueue, compare=False)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection for statements of no repository. Raises UnavailableError."""
        with translated():
            async with self._lent() as raw:
                yield Connection(raw)

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[PostgresStatements]:
        """Lend a connection; each statement is its own READ COMMITTED transaction."""
        try:
            with translated():
                async with self._lent() as raw:
                    yield PostgresStatements(Connection(raw))
        except ConcurrentChangeError:
            raise ContentionError from None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresStatements]:
        """Lend a connection inside one transaction; READ COMMITTED is said, not hoped for."""
        with translated():
            async with self._lent() as raw, _transaction(raw):
                yield PostgresStatements(Connection(raw))

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[RawConnection]:
        with self.queue.waiting_in_it():
            raw = await self.pool.acquire(timeout=self.acquire_timeout_seconds)
        try:
            yield raw
        finally:
            # A statement that was cancelled is waited for; one that hangs costs the connection.
            with suppress(TimeoutError):
                await self.pool.release(raw, timeout=_TIDY_SECONDS)


@asynccontextmanager
async def _transaction(raw: RawConnection) -> AsyncIterator[None]:
    """Commit, or roll back on anything else; a server that hangs delays nobody for long."""
    transaction = raw.transaction(isolation="read_committed")
    await transaction.start()
    try:
        yield
    except BaseException:
        try:
            async with asyncio.timeout(_TIDY_SECONDS):
                await transaction.rollback()
        except (
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
            OSError,
        ):
            raw.terminate()
        raise
    await transaction.commit()
