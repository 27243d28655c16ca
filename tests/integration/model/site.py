"""A real PostgreSQL behind a line that breaks, and callers that try again when it does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Self

import asyncpg

from catalog.adapters.postgres.pool import open_pool
from catalog.adapters.postgres.store import PostgresStore
from catalog.domain.errors import PreconditionError, UnavailableError
from tests.integration.model.upkeep import DONE
from tests.support.postgres import pool_settings
from tests.support.proxy import Cut, Proxy, postgres_proxy

STATEMENT = b"E\x00\x00\x00\x09\x00"
"""Execute of the unnamed portal (protocol-message-formats): one a statement, however it is
prepared; begin and commit have none."""
COMMIT = b"COMMIT;"
_TRIES = 5
_SECONDS = 60.0
_BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    AND backend_type = 'client backend'
"""
_EMPTY = """
DELETE FROM catalog.uploads; DELETE FROM catalog.videos; DELETE FROM catalog.upload_events;
DELETE FROM catalog.inbox_events; DELETE FROM catalog.outbox_events;
DELETE FROM catalog.object_deletions; DELETE FROM catalog.sweep_progress;
DELETE FROM catalog.sweep_findings;
"""
_MOMENTS = {
    "uploads": (
        "session_expires_at",
        "created_at",
        "updated_at",
        "completed_at",
        "reap_after",
    ),
    "inbox_events": ("received_at", "processed_at"),
    "outbox_events": ("occurred_at", "available_at", "published_at"),
    "upload_events": ("at",),
    "object_deletions": ("created_at", "not_before", "deleted_at"),
    "videos": ("created_at", "updated_at"),
    "sweep_findings": ("first_seen_at", "seen_at"),
}


@dataclass(slots=True)
class Site:
    """Shared by all examples; synchronous outside, one event loop inside."""

    runner: asyncio.Runner
    stack: AsyncExitStack
    proxy: Proxy
    safe: PostgresStore
    unsafe: PostgresStore
    """The same database, through the line that breaks."""
    dsn: str
    witness: "asyncpg.Connection[asyncpg.Record]"
    """A line of its own, which never breaks."""
    examples: int = 0
    steps: int = 0
    crashes: int = 0

    @classmethod
    async def open(cls, runner: asyncio.Runner, dsn: str) -> Self:
        stack = AsyncExitStack()
        proxy = await stack.enter_async_context(postgres_proxy(dsn))
        safe, unsafe = [
            PostgresStore(
                await stack.enter_async_context(open_pool(pool_settings(way, size=1))), 20
            )
            for way in (dsn, proxy.dsn)
        ]
        witness: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(dsn)
        stack.push_async_callback(witness.close)
        return cls(runner, stack, proxy, safe, unsafe, dsn, witness)

    @property
    def store(self) -> PostgresStore:
        return self.safe if self.proxy.cut is None else self.unsafe

    @property
    def way(self) -> str:
        """Address of the database, for those who connect by themselves."""
        return self.dsn if self.proxy.cut is None else self.proxy.dsn

    def empty(self) -> None:
        self.examples += 1
        self.runner.run(self._execute(_EMPTY))

    async def _execute(self, statements: str) -> None:
        await self.witness.execute(statements)

    def act(self, what: Callable[[], Awaitable[str]], cut: Cut | None) -> tuple[str, bool]:
        """Do it until it is answered; the line breaks at `cut`. True: it did break.

        Upkeep lives with faults of single items, so after a crash it has another round.
        """
        self.steps += 1
        return self.runner.run(self._act(what, cut))

    async def _act(self, what: Callable[[], Awaitable[str]], cut: Cut | None) -> tuple[str, bool]:
        before, self.proxy.cut = self.proxy.strikes, None
        if cut is not None:
            self.proxy.set(cut)  # stays set until the next act: it strikes once
        answer = await _answer(what)
        struck = self.proxy.strikes > before
        self.crashes += struck
        for _ in range(_TRIES if struck else 0):
            if answer not in (None, DONE):
                break
            await self._until_rolled_back()
            final, answer = answer == DONE, await _answer(what)
            if final:
                break
        assert answer is not None, "unavailable although nothing is broken"
        return answer, struck

    async def _until_rolled_back(self) -> None:
        """Wait for the server to notice what the line cut off: its locks are skipped, not met."""
        async with asyncio.timeout(_SECONDS):
            while await self.witness.fetchval(_BUSY):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.001)

    def pass_time(self, minutes: int) -> None:
        """Let everything that is kept grow older."""
        self.runner.run(self._pass_time(f"interval '{int(minutes)} minutes'"))

    async def _pass_time(self, span: str) -> None:
        # Ageing is no change: triggers would make it one.
        statements = ["BEGIN; SET LOCAL session_replication_role = replica"]
        for table, columns in _MOMENTS.items():
            older = ", ".join(f"{column} = {column} - {span}" for column in columns)
            statements.append(f"UPDATE catalog.{table} SET {older}")
        await self.witness.execute("; ".join([*statements, "COMMIT"]))

    def look(self, query: str) -> Any:
        return self.runner.run(self._look(query))

    async def _look(self, query: str) -> Any:
        return await self.witness.fetchval(query)


async def _answer(what: Callable[[], Awaitable[str]]) -> str | None:
    """None when the call may be repeated."""
    try:
        async with asyncio.timeout(_SECONDS):
            return await what()
    except UnavailableError:
        return None
    except PreconditionError as refusal:
        return refusal.reason


@contextmanager
def opened(dsn: str) -> Iterator[Site]:
    """Run a loop and open everything on it."""
    with asyncio.Runner() as runner:
        site = runner.run(Site.open(runner, dsn))
        try:
            yield site
        finally:
            runner.run(site.stack.aclose())
