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

    async def fetchrow(self, *_query: object, **_options: object) -> None:
        self.trouble.strike()

    fetch = fetchval = fetchrow

    async def execute(self, query: str, *_values: object, **_options: object) -> None:
        kind = query.partition(" ")[0].lower()
        if kind not in ("begin", "commit", "rollback"):
            self.trouble.strike()
        await self.reach(kind)

    def is_closed(self) -> bool:
        return False

    is_in_transaction = is_closed

    def terminate(self) -> None:
        """Be gone at once, as the driver's own."""

    async def reach(self, point: str) -> "BrokenConnection":
        if self.at == point:
            self.trouble.strike()
        return self


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

    fetchrow = fetchval = fetch

    async def execute(self, query: str, *_values: object, **_options: object) -> None:
        await self.connection.execute(query)

    def get_size(self) -> int:
        return 1

    get_max_size = get_idle_size = get_size


def broken_pool(trouble: Trouble, at: str) -> Any:
    """Make one; the store takes it for the driver's."""
    return BrokenPool(BrokenConnection(trouble, at))
