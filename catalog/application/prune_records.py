"""Removes what has been over for long, in short statements that lock nothing in use."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from catalog.application.records import HistoryEntry
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.retention import Retention
from catalog.domain.upload import Decision

_PRUNED = HistoryEntry("gc", "prune", Decision.NOOP)


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    inbox: int = 0
    history: int = 0
    uploads: int = 0
    tombstones: int = 0


@dataclass(frozen=True, slots=True)
class PruneRecords:
    """Several may run side by side. Completed uploads are never removed."""

    store: UpkeepStore
    retention: Retention
    batch: int = 500

    async def __call__(self, stop: asyncio.Event | None = None) -> Pruned:
        """Remove all that is old enough, or as much as there is time for until `stop`.

        Uploads go before tombstones, which outlive them. Raises UnavailableError.
        """
        return Pruned(
            inbox=await self._batches(self._inbox, stop),
            history=await self._batches(self._history, stop),
            uploads=await self._batches(self._uploads, stop),
            tombstones=await self._tombstones(stop),
        )

    async def _batches(
        self, prune: Callable[[], Awaitable[int]], stop: asyncio.Event | None
    ) -> int:
        total, pruned = 0, self.batch
        while pruned >= self.batch and not (stop is not None and stop.is_set()):
            pruned = await prune()
            total += pruned
        return total

    async def _inbox(self) -> int:
        async with self.store.autocommit() as statements:
            return await statements.pruning.inbox(
                self.retention.inbox, self.retention.quarantine, self.batch
            )

    async def _history(self) -> int:
        async with self.store.autocommit() as statements:
            return await statements.pruning.history(self.retention.history, self.batch)

    async def _uploads(self) -> int:
        async with self.store.autocommit() as statements:
            return await statements.pruning.failed_uploads(
                self.retention.failed_uploads,
                self.retention.session_margin,
                _PRUNED,
                self.batch,
            )

    async def _tombstones(self, stop: asyncio.Event | None) -> int:
        total, looked_at = 0, self.batch
        while looked_at >= self.batch:
            async with self.store.autocommit() as statements:
                page = await statements.pruning.tombstones(
                    self.retention.tombstones_last, self.batch
                )
            total, looked_at = total + page.pruned, page.looked_at
            if stop is not None and stop.is_set():
                break
        return total
