"""The one connection of a relay: its statements one by one, each with a deadline."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import asyncpg

from catalog.adapters.postgres.failures import translated
from catalog.adapters.postgres.queries import Query
from catalog.application.outbox_ports import RelaySessionLostError
from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import UnavailableError

RawConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@contextmanager
def or_lost() -> Iterator[None]:
    """Take every fault of the database for the end of the session: only a new one is sure."""
    try:
        with translated():
            yield
    except (UnavailableError, ConcurrentChangeError) as fault:
        raise RelaySessionLostError(type(fault).__name__) from None


class RelayConnection:
    """Runs named queries for several tasks, and knows until when the session lives for sure."""

    def __init__(
        self, raw: RawConnection, *, deadline_seconds: float, certain_seconds: float
    ) -> None:
        self._raw = raw
        self._deadline = deadline_seconds
        self._certain = certain_seconds
        self._one_at_a_time = asyncio.Lock()
        self._asked = time.monotonic()

    def certain(self) -> bool:
        """True while the server cannot have ended the session for being idle.

        Counted from when the last statement that was answered was sent: the server
        began to wait for the next one only after that.
        """
        return time.monotonic() - self._asked < self._certain and not self._raw.is_closed()

    async def rows(self, query: Query, **values: object) -> list[asyncpg.Record]:
        """Return all rows. Raises RelaySessionLostError."""
        arguments = query.arguments(values)
        async with self._one_at_a_time:
            asked = time.monotonic()
            with or_lost():
                found = await self._raw.fetch(query.text, *arguments, timeout=self._deadline)
            self._asked = asked
            return list(found)
