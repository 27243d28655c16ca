"""Removes events that were published long ago, in steps too small for anybody to notice."""

import asyncio
import time
from datetime import timedelta

from catalog.application.store import Store
from catalog.application.worker import Journal, WorkerHealth, rest
from catalog.domain.errors import UnavailableError

_BETWEEN_PAGES = 0.05


class OutboxRetention:
    """Events that are not published stay, however old they are. Safe beside others like it."""

    name = "outbox_retention"

    def __init__(
        self,
        store: Store,
        journal: Journal,
        *,
        keep: timedelta,
        every_seconds: float,
        page_size: int,
    ) -> None:
        self._store = store
        self._journal = journal
        self._keep = keep
        self._every = every_seconds
        self._page_size = page_size
        self.health = WorkerHealth(3 * every_seconds + 60)

    async def run(self, stop: asyncio.Event) -> None:
        """Prune now and then until `stop` is set."""
        while not stop.is_set():
            try:
                deleted = await self.prune(stop)
            except UnavailableError as fault:
                self._journal.warning("outbox_prune_failed", reason=fault.reason)
            else:
                self.health.succeeded(time.monotonic())
                if deleted:
                    self._journal.info("outbox_pruned", events=deleted)
            await rest(stop, self._every)

    async def prune(self, stop: asyncio.Event) -> int:
        """Remove all that is old enough, a page a transaction; return how many went.

        Ends early when `stop` is set. Raises DatabaseUnavailableError or ContentionError.
        """
        deleted, behind, more = 0, 0, True
        while more and not stop.is_set():
            async with self._store.autocommit() as statements:
                page = await statements.outbox.prune(behind, self._page_size, self._keep)
            deleted, behind, more = deleted + page.deleted, page.last_id, page.more
            if more:
                await rest(stop, _BETWEEN_PAGES)
        return deleted
