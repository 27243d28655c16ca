"""Reaper, deletions and pruning: what a thousand due items cost in small and in large tables."""

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bench.grown.sites import Site, Sites
from bench.growth.due import DUE, make_due
from bench.growth.pairs import MOST, Pair
from bench.sample import Measured
from bench.stage import Stage
from catalog.adapters.memory.objects import MemoryObjects
from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.application.delete_objects import DeleteObjects
from catalog.application.finalize_upload import FinalizeUpload
from catalog.application.object_removal import ObjectRemoval
from catalog.application.reap_sessions import ReapPolicy, ReapSessions
from catalog.application.records import HistoryEntry
from catalog.application.upkeep_store import Pruning
from catalog.domain.upload import Decision

MILLISECONDS, PAGES = "ms for 1,000", "pages for 1,000"
_BATCH = 500
_INBOX, _QUARANTINE, _HISTORY = timedelta(days=31), timedelta(days=90), timedelta(days=400)
_ENDED, _MARGIN = timedelta(days=90), timedelta(minutes=15)
_READ = """
SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()
"""
_PRUNED = HistoryEntry("gc", "prune", Decision.NOOP)
Work = Callable[[Site], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Job:
    """What is due, where, and who works it off; the work tells how many it did."""

    name: str
    due: str
    table: str
    says: str
    work: Work
    times: int = 7
    """What takes milliseconds is done so often; the median counts."""

    async def measure(
        self, _stage: Stage, sites: Sites, _seconds: float
    ) -> tuple[Measured, Measured]:
        """Work a thousand off at each size, again and again, in an order that is drawn."""
        both = (sites.small, sites.large)
        told: dict[int, list[Measured]] = {site.rows: [] for site in both}
        for site in both:
            await site.database.execute(f"VACUUM catalog.{self.table}", timeout=600)
        for _ in range(self.times):
            turn = sites.next(self.name)
            for site in random.sample(both, 2):
                await make_due(site, self.due, turn)
                told[site.rows].append(await self._worked(site))
        small, large = (_middle(told[site.rows]) for site in both)
        return small, large

    async def _worked(self, site: Site) -> Measured:
        pages, began = await _pages_read(site), time.perf_counter()
        done = await self.work(site)
        took = time.perf_counter() - began
        pages = await _pages_read(site) - pages
        return Measured(
            operations=done,
            seconds=took,
            errors=abs(done - DUE),
            first_error="" if done == DUE else f"{done} of {DUE} were done",
            numbers={MILLISECONDS: took * 1e3, PAGES: float(pages)},
        )

    def pair(self) -> Pair:
        """Hold both sizes against each other."""
        told = f"time for a thousand due with a million uploads <= {MOST:g} x that with 10,000"
        return Pair(self.name, self.says, self.measure, MILLISECONDS, told)


def _middle(told: Sequence[Measured]) -> Measured:
    """Choose the one of median time, unless one went wrong."""
    ordered = sorted(told, key=lambda each: each.seconds)
    wrong = (each for each in ordered if each.errors)
    return next(wrong, ordered[len(ordered) // 2])


async def _pages_read(site: Site) -> int:
    """Count the pages that the database was asked for so far, our own session's included."""
    await site.pool.execute("SELECT pg_stat_force_next_flush()")
    return int(await site.database.fetchval(_READ))


async def _reap(site: Site) -> int:
    encoder, objects = ProtobufEvents(), MemoryObjects()
    finalize = FinalizeUpload(site.store, encoder, 2**40)
    reap = ReapSessions(site.store, objects, finalize, encoder, ReapPolicy(at_once=1))
    done = 0
    while (reaped := await reap()).claimed:
        done += reaped.tally["expired"]
    return done


async def _delete(site: Site) -> int:
    delete = DeleteObjects(site.store, ObjectRemoval(site.store, MemoryObjects()))
    done = 0
    while (deleted := await delete()).claimed:
        done += deleted.tally["deleted"]
    return done


def _batches(prune: Callable[[Pruning], Awaitable[int]]) -> Work:
    async def work(site: Site) -> int:
        total, pruned = 0, _BATCH
        while pruned == _BATCH:
            async with site.store.autocommit() as statements:
                pruned = await prune(statements.pruning)
            total += pruned
        return total

    return work


async def _tombstones(site: Site) -> int:
    total, looked_at = 0, _BATCH
    while looked_at == _BATCH:
        async with site.store.autocommit() as statements:
            page = await statements.pruning.tombstones(_ENDED, _BATCH)
        total, looked_at = total + page.pruned, page.looked_at
    return total


async def _outbox(site: Site) -> int:
    total, behind, more = 0, 0, True
    while more:
        async with site.store.autocommit() as statements:
            page = await statements.outbox.prune(behind, DUE, _INBOX)
        total, behind, more = total + page.deleted, page.last_id, page.more
    return total


_JOBS: Sequence[Job] = (
    Job("reaper", "sessions", "uploads", "1,000 sessions that ended", _reap, 1),
    Job("deletions", "deletions", "object_deletions", "1,000 objects to delete", _delete, 1),
    Job(
        "prune_inbox",
        "inbox",
        "inbox_events",
        "1,000 old arrivals",
        _batches(lambda pruning: pruning.inbox(_INBOX, _QUARANTINE, _BATCH)),
    ),
    Job(
        "prune_history",
        "history",
        "upload_events",
        "1,000 old history entries",
        _batches(lambda pruning: pruning.history(_HISTORY, _BATCH)),
    ),
    Job(
        "prune_failed",
        "failed_uploads",
        "uploads",
        "1,000 uploads that failed long ago",
        _batches(lambda pruning: pruning.failed_uploads(_ENDED, _MARGIN, _PRUNED, _BATCH)),
    ),
    Job(
        "prune_tombstones",
        "tombstones",
        "object_deletions",
        "1,000 old tombstones, past all that are kept",
        _tombstones,
    ),
    Job("prune_outbox", "outbox", "outbox_events", "1,000 events published long ago", _outbox),
)
UPKEEP: Sequence[Pair] = tuple(job.pair() for job in _JOBS)
