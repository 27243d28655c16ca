"""Removes events that were published long ago, in steps too small for anybody to notice."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from catalog.application.store import Store
from catalog.application.worker import rest

_BETWEEN_PAGES = 0.05


@dataclass(frozen=True, slots=True)
class PruneOutbox:
    """Events that are not published stay, however old they are. Safe beside others like it."""

    store: Store
    keep: timedelta
    """From publication on."""
    page_size: int = 1_000

    async def __call__(self, stop: asyncio.Event) -> int:
        """Remove all that is old enough, a page a transaction; return how many went.

        Ends early when `stop` is set. Raises DatabaseUnavailableError or ContentionError.
        """
        deleted, behind, more = 0, 0, True
        while more and not stop.is_set():
            async with self.store.autocommit() as statements:
                page = await statements.outbox.prune(behind, self.page_size, self.keep)
            deleted, behind, more = deleted + page.deleted, page.last_id, page.more
            if more:
                await rest(stop, _BETWEEN_PAGES)
        return deleted
