"""A store in which something happens between a claim and what is decided on it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from catalog.application.records import Arrival, Claim
from catalog.application.store import Inbox, Statements, Store


class _InterruptedInbox:
    def __init__(self, inbox: Inbox, happen: Callable[[], Awaitable[None]]) -> None:
        self._inbox = inbox
        self._happen = happen

    async def claim(self, arrival: Arrival) -> Claim:
        claim = await self._inbox.claim(arrival)
        await self._happen()
        return claim

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)


@dataclass(slots=True)
class InterruptedStore:
    """Runs `happening` once, right after the first claim, in whatever connection it takes."""

    store: Store
    happening: Callable[[], Awaitable[object]]
    happened: bool = False

    def autocommit(self) -> AbstractAsyncContextManager[Statements]:
        return self.store.autocommit()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Statements]:
        async with self.store.transaction() as statements:
            inbox = _InterruptedInbox(statements.inbox, self._happen)
            parts = SimpleNamespace(
                inbox=inbox,
                uploads=statements.uploads,
                videos=statements.videos,
                deletions=statements.deletions,
            )
            yield cast("Statements", parts)

    async def _happen(self) -> None:
        if not self.happened:
            self.happened = True
            await self.happening()
