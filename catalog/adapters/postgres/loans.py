"""Blocks in which a connection is lent: each statement on its own, or all in one transaction."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Generic, TypeVar

import asyncpg

from catalog.adapters.postgres.failures import meaning_of, translated
from catalog.adapters.postgres.lending import Held, Lender
from catalog.adapters.postgres.statements import Connection
from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import ContentionError

T = TypeVar("T")
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_TIDY_SECONDS = 0.5


class Loan(Generic[T]):
    """A connection while the block lasts; what the driver raises leaves it translated.

    Classes instead of generators: every call passes here, and generators cost four
    times as much.
    """

    __slots__ = ("_connection", "_held", "_lender", "_seen_as")
    _connection: Connection
    _held: Held

    def __init__(self, lender: Lender, seen_as: Callable[[Connection], T]) -> None:
        self._lender = lender
        self._seen_as = seen_as

    async def __aenter__(self) -> T:
        """Raise DatabaseUnavailableError when no connection is to be had in time."""
        held = self._lender.take_free()
        if held is None:
            with translated():
                held = await self._lender.take()
        self._held = held
        self._connection = Connection(held.raw)
        return self._seen_as(self._connection)

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Give the connection back, and say what the fault means."""
        self._connection.end()
        if fault is None and self._lender.take_back(self._held):
            return
        with translated():
            await self._lender.part_with(self._held)
        if fault is not None and (meaning := self._meaning(fault)) is not None:
            raise meaning from None

    def _meaning(self, fault: BaseException) -> Exception | None:
        return meaning_of(fault)


class Autocommit(Loan[T]):
    """Each statement is its own transaction: who lost a race there cannot run it again."""

    __slots__ = ()

    def _meaning(self, fault: BaseException) -> Exception | None:
        meaning = meaning_of(fault)
        lost = isinstance(meaning or fault, ConcurrentChangeError)
        return ContentionError() if lost else meaning


class Transaction(Loan[T]):
    """One transaction, whose isolation is said: commit, or roll back on anything else."""

    __slots__ = ()

    async def __aenter__(self) -> T:
        """Raise DatabaseUnavailableError when it cannot be begun."""
        seen = await super().__aenter__()
        try:
            await self._held.raw.execute(_BEGIN)
        except BaseException as fault:
            await super().__aexit__(type(fault), fault, fault.__traceback__)
            raise
        return seen

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the transaction, then as every loan."""
        try:
            if fault is None:
                await self._held.raw.execute("COMMIT")
            else:
                await self._roll_back()
        except BaseException as other:
            await super().__aexit__(type(other), other, other.__traceback__)
            raise
        await super().__aexit__(kind, fault, trace)

    async def _roll_back(self) -> None:
        """Undo everything; a server that hangs delays nobody for long."""
        raw = self._held.raw
        try:
            async with asyncio.timeout(_TIDY_SECONDS):
                await raw.execute("ROLLBACK")
        except (
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
            OSError,
        ):
            # One that was lost is the pool's again, and not to be ended from here.
            with suppress(asyncpg.InterfaceError):
                raw.terminate()
