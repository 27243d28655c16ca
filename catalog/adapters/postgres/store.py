"""The Store on an asyncpg pool."""

from contextlib import AbstractAsyncContextManager

import asyncpg

from catalog.adapters.postgres.deletions import PostgresDeletions
from catalog.adapters.postgres.inbox import PostgresInbox
from catalog.adapters.postgres.lending import Lender
from catalog.adapters.postgres.loans import Autocommit, Loan, Transaction
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


class PostgresStatements:
    """The repositories of one connection, each made where it is asked for."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def uploads(self) -> PostgresUploads:
        """The uploads."""
        return PostgresUploads(self._connection)

    @property
    def videos(self) -> PostgresVideos:
        """The videos."""
        return PostgresVideos(self._connection)

    @property
    def inbox(self) -> PostgresInbox:
        """The inbox."""
        return PostgresInbox(self._connection)

    @property
    def deletions(self) -> PostgresDeletions:
        """The tombstones."""
        return PostgresDeletions(self._connection)

    @property
    def outbox(self) -> PostgresOutbox:
        """The events that were announced."""
        return PostgresOutbox(self._connection)

    @property
    def endings(self) -> PostgresEndings:
        """Uploads that end without their owner."""
        return PostgresEndings(self._connection)

    @property
    def deletion_queue(self) -> PostgresDeletionQueue:
        """Objects to delete."""
        return PostgresDeletionQueue(self._connection)

    @property
    def sweeps(self) -> PostgresSweeps:
        """Walks over bucket and rows."""
        return PostgresSweeps(self._connection)

    @property
    def findings(self) -> PostgresFindings:
        """What walks found."""
        return PostgresFindings(self._connection)

    @property
    def pruning(self) -> PostgresPruning:
        """Removal of what is over."""
        return PostgresPruning(self._connection)

    @property
    def upkeep_reports(self) -> PostgresUpkeepReports:
        """Counts for people."""
        return PostgresUpkeepReports(self._connection)

    @property
    def stories(self) -> PostgresStories:
        """Everything that is kept of one upload."""
        return PostgresStories(self._connection)

    @property
    def inbox_records(self) -> PostgresInboxRecords:
        """The inbox for people."""
        return PostgresInboxRecords(self._connection)


class PostgresStore:
    """Lends connections of a pool for at most one use case at a time."""

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", acquire_timeout_seconds: float
    ) -> None:
        self.pool = pool
        self.lender = Lender(pool, acquire_timeout_seconds)

    def close(self) -> None:
        """Leave all connections to the pool at once: it is about to be closed."""
        self.lender.end_turn()

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection for statements of no repository. Raises UnavailableError."""
        return Loan(self.lender, _as_it_is)

    def autocommit(self) -> AbstractAsyncContextManager[PostgresStatements]:
        """Lend a connection; each statement is its own READ COMMITTED transaction."""
        return Autocommit(self.lender, PostgresStatements)

    def transaction(self) -> AbstractAsyncContextManager[PostgresStatements]:
        """Lend a connection inside one transaction; READ COMMITTED is said, not hoped for."""
        return Transaction(self.lender, PostgresStatements)


def _as_it_is(connection: Connection) -> Connection:
    return connection
