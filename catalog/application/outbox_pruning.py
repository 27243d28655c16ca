"""Removes events that were published long ago, in steps too small for anybody to notice."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from catalog.application.metrics.metric import Measures, NoMeasures
from catalog.application.metrics.outbox import PRUNED_EVENTS
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
    measures: Measures = field(default_factory=NoMeasures)

    async def __call__(self, stop: asyncio.Event) -> int:
        """Remove all that is old enough, a page a transaction; return how many went.

        Ends early when `stop` is set. Raises DatabaseUnavailableError or ContentionError.
        """
        deleted, behind, more = 0, 0, True
        while more and not stop.is_set():
            async with self.store.autocommit() as statements:
                page = await statements.outbox.prune(behind, self.page_size, self.keep)
            deleted, behind, more = deleted + page.deleted, page.last_id, page.more
            self.measures.add(PRUNED_EVENTS, page.deleted)
            if more:
                await rest(stop, _BETWEEN_PAGES)
        return deleted
