"""The driver's pool and its connections as the real store sees them, broken at one point."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, NoReturn


@dataclass(slots=True)
class Trouble:
    """What everything that is broken raises next."""

    make: Callable[[], BaseException] = RuntimeError
    strikes: int = 0
    """How often it did."""

    def strike(self) -> NoReturn:
        self.strikes += 1
        raise self.make()


@dataclass(slots=True)
class BrokenConnection:
    trouble: Trouble
    at: str

    def transaction(self, isolation: str) -> "BrokenTransaction":
        return BrokenTransaction(self)

    async def fetchrow(self, *_query: object, **_options: object) -> None:
        self.trouble.strike()

    fetch = execute = fetchval = fetchrow

    def terminate(self) -> None:
        """Be gone at once, as the driver's own."""

    async def reach(self, point: str) -> "BrokenConnection":
        if self.at == point:
            self.trouble.strike()
        return self


@dataclass(slots=True)
class BrokenTransaction:
    connection: BrokenConnection

    async def start(self) -> None:
        await self.connection.reach("begin")

    async def commit(self) -> None:
        await self.connection.reach("commit")

    async def rollback(self) -> None:
        await self.connection.reach("rollback")

    async def __aenter__(self) -> None:
        await self.start()

    async def __aexit__(self, kind: object, fault: object, trace: object) -> None:
        await (self.commit() if kind is None else self.rollback())


class Acquired:
    """To be awaited or entered, as the driver's own."""

    def __init__(self, connection: BrokenConnection) -> None:
        self._connection = connection

    def __await__(self) -> Generator[Any, None, BrokenConnection]:
        return self._connection.reach("acquire").__await__()

    async def __aenter__(self) -> BrokenConnection:
        return await self

    async def __aexit__(self, kind: object, fault: object, trace: object) -> None:
        return None


@dataclass(slots=True)
class BrokenPool:
    """Breaks at `acquire`, `begin`, or whenever a `statement` comes."""

    connection: BrokenConnection

    def acquire(self, *, timeout: float | None = None) -> Acquired:
        return Acquired(self.connection)

    async def release(self, _connection: object, *, timeout: float | None = None) -> None:
        """Take it back."""

    async def fetch(self, *query: object, **options: object) -> None:
        await self.connection.fetch(*query, **options)

    fetchrow = fetchval = execute = fetch

    def get_size(self) -> int:
        return 1

    get_max_size = get_idle_size = get_size


def broken_pool(trouble: Trouble, at: str) -> Any:
    """Make one; the store takes it for the driver's."""
    return BrokenPool(BrokenConnection(trouble, at))
