"""A process that dies at a chosen step: nothing that it wanted to do later happens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast

from catalog.application.upkeep_store import UpkeepStatements, UpkeepStore
from tests.support.upkeep import Storage


class Died(BaseException):
    """Not an Exception: nothing on the way up may take it for a fault to live with."""


class Life(Protocol):
    """Told of every step that the process takes."""

    async def step(self) -> None: ...


@dataclass(slots=True)
class Mortal:
    """Dies at its last step and at every later one, so that nobody tidies up."""

    last: int
    steps: int = 0

    async def step(self) -> None:
        self.steps += 1
        if self.steps >= self.last:
            raise Died

    @property
    def over(self) -> bool:
        return self.steps >= self.last


@dataclass(slots=True)
class Severed:
    """Loses all its connections to the database at one step, and lives on."""

    at: int
    sever: Callable[[], Awaitable[None]]
    steps: int = 0

    async def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            await self.sever()

    @property
    def over(self) -> bool:
        return self.steps >= self.at


class _Watched:
    """A repository or a bucket each of whose calls is a step before and a step after."""

    def __init__(self, watched: Any, life: Life) -> None:
        self._watched = watched
        self._life = life

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._watched, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            await self._life.step()
            answer = await method(*args, **kwargs)
            await self._life.step()
            return answer

        return call


class _WatchedStatements:
    def __init__(self, statements: UpkeepStatements, life: Life) -> None:
        self._statements = statements
        self._life = life

    def __getattr__(self, name: str) -> _Watched:
        return _Watched(getattr(self._statements, name), self._life)


@dataclass(frozen=True, slots=True)
class SteppingStore:
    """The end of a transaction is a step too: after it, everything is committed."""

    store: UpkeepStore
    life: Life

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[UpkeepStatements]:
        async with self.store.autocommit() as statements:
            yield cast("UpkeepStatements", _WatchedStatements(statements, self.life))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UpkeepStatements]:
        async with self.store.transaction() as statements:
            yield cast("UpkeepStatements", _WatchedStatements(statements, self.life))
        await self.life.step()


def stepping_objects(objects: Storage, life: Life) -> Storage:
    """A bucket each of whose calls is a step before and a step after."""
    return cast("Storage", _Watched(objects, life))
