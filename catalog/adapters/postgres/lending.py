"""Connections that go from hand to hand for a moment, before the pool has them again."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

RawConnection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
TURN_SECONDS = 0.25
"""How long a connection stays out of the pool, whether it is used or not."""
_TIDY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Held:
    """A connection that was taken from the pool, and in which turn."""

    raw: RawConnection
    turn: int


class Lender:
    """Lends each connection to one borrower at a time, first come, first served.

    To take a connection from the pool and give it back costs as much as a short
    statement: a task, timers and a proxy a time. So one that comes back in good order
    is lent to the next borrower, until its turn is over: then it is the pool's
    again, whose care for numbers, age and idleness stays as it is. One in doubt goes
    back at once. There are never more borrowers than connections in a full pool.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", timeout_seconds: float) -> None:
        self._pool = pool
        self._timeout = timeout_seconds
        self._places = asyncio.Semaphore(pool.get_max_size())
        self._free: list[Held] = []
        self._kept = 0
        """Places that free connections keep while nobody waits: the next loan takes no turns."""
        self._turn = 0
        self._turn_ends: asyncio.TimerHandle | None = None
        self._going_back = set[asyncio.Task[None]]()
        self.waiting = 0
        """Who waits for a connection; the pool itself does not say."""

    @property
    def free(self) -> int:
        """How many connections are used by nobody, though the pool takes them for used."""
        return len(self._free)

    def take_free(self) -> Held | None:
        """Borrow a connection that is there; None where one has to be waited for."""
        if not self._kept or not _is_open(self._free[-1].raw):
            return None
        self._kept -= 1
        return self._free.pop()

    async def take(self) -> Held:
        """Borrow a connection. Raises TimeoutError when none is to be had in time."""
        self.waiting += 1
        self._leave_places()
        try:
            async with asyncio.timeout(self._timeout):
                return await self._wait()
        finally:
            self.waiting -= 1

    async def _wait(self) -> Held:
        await self._places.acquire()
        try:
            while self._free:
                held = self._free.pop()
                if _is_open(held.raw):
                    return held
                await self._pool.release(held.raw)
            return self._held(await self._pool.acquire())
        except BaseException:
            self._places.release()
            raise

    def _leave_places(self) -> None:
        """Let those who wait have the places of free connections, in the order they came."""
        for _ in range(self._kept):
            self._places.release()
        self._kept = 0

    def _held(self, raw: RawConnection) -> Held:
        if self._turn_ends is None:
            loop = asyncio.get_running_loop()
            self._turn_ends = loop.call_later(TURN_SECONDS, self.end_turn)
        return Held(raw, self._turn)

    def take_back(self, held: Held) -> bool:
        """Keep it for the next borrower; False when it must be parted with instead."""
        if held.turn != self._turn or not _is_fit(held.raw):
            return False
        self._free.append(held)
        if self.waiting:
            self._places.release()
        else:
            self._kept += 1
        return True

    async def part_with(self, held: Held) -> None:
        """Let the pool have it, which rolls back what is open and replaces what is closed.

        A statement that was cancelled is waited for; one that hangs costs the connection.
        """
        try:
            with suppress(TimeoutError):
                await self._pool.release(held.raw, timeout=_TIDY_SECONDS)
        finally:
            self._places.release()

    def end_turn(self) -> None:
        """Give back what nobody uses; what is lent follows when it comes back."""
        if self._turn_ends is not None:
            self._turn_ends.cancel()
            self._turn_ends = None
        self._turn += 1
        self._leave_places()
        free, self._free = self._free, []
        if free:
            task = asyncio.create_task(self._give_back(free))
            self._going_back.add(task)
            task.add_done_callback(self._going_back.discard)

    async def _give_back(self, free: list[Held]) -> None:
        for held in free:
            # The pool has ended a connection that it could not take back; nobody waits for it.
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._pool.release(held.raw, timeout=_TIDY_SECONDS)


def _is_open(raw: RawConnection) -> bool:
    try:
        return not raw.is_closed()
    except asyncpg.InterfaceError:  # it was lost, and the pool has made it its own again
        return False


def _is_fit(raw: RawConnection) -> bool:
    """True when the next borrower finds nothing of the last one; one that closes is not taken."""
    try:
        return not raw.is_in_transaction()
    except asyncpg.InterfaceError:
        return False
