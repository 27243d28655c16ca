"""The workers of upkeep: reaper, deletions, sweeps and pruning, each in rounds of its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from catalog.application.faults import describe_fault
from catalog.application.store import ConcurrentChangeError
from catalog.application.sweep_walk import SweepMode, SweepResult, SweepRun
from catalog.application.tally import Tally, spelled
from catalog.application.worker import Journal, PeriodicWorker
from catalog.domain.errors import UnavailableError
from catalog.runtime.upkeep import Upkeep

if TYPE_CHECKING:
    # It names these builders: an import at run time would be a circle.
    from catalog.runtime.workers import WorkerBuilder, WorkerSite

_LOOK_SECONDS = 300.0
"""How often somebody asks whether the daily sweep is due, or was broken off."""
Round = Callable[[asyncio.Event], Awaitable[bool]]
Sweep = Callable[[SweepRun], Awaitable[SweepResult]]


def _unbroken(name: str, work: Round, journal: Journal) -> Round:
    """Let a fault end its round and not the process, which has more to do than this.

    The worker is told of a passing fault instead: it tries again in time.
    """

    async def attempt(stop: asyncio.Event) -> bool:
        try:
            return await work(stop)
        except (UnavailableError, ConcurrentChangeError):
            raise
        except Exception as fault:  # noqa: BLE001 - told in full, and the worker counts as stalled
            journal.warning("worker_round_broken", worker=name, **describe_fault(fault))
            raise UnavailableError from None

    return attempt


def _upkeep(site: "WorkerSite", worker: str) -> Upkeep:
    def heard(fault: BaseException) -> None:
        site.journal.warning("upkeep_item_failed", worker=worker, **describe_fault(fault))

    return Upkeep(site.config, site.store, site.objects, heard)


async def _reaper(site: "WorkerSite") -> PeriodicWorker:
    name, settings, journal = "reaper", site.config.reaper, site.journal
    reap = _upkeep(site, name).reaper()

    async def work(stop: asyncio.Event) -> bool:
        reaped = await reap(stop)
        if reaped.claimed:
            journal.info("sessions_reaped", **spelled(reaped.tally.counts))
        return _more(reaped.claimed, reaped.tally, settings.batch_size)

    return PeriodicWorker(name, _unbroken(name, work, journal), settings.interval_seconds, journal)


async def _deletions(site: "WorkerSite") -> PeriodicWorker:
    name, settings, journal = "deletions", site.config.gc, site.journal
    delete = _upkeep(site, name).deletions()

    async def work(stop: asyncio.Event) -> bool:
        deleted = await delete(stop)
        if deleted.claimed:
            journal.info("objects_deleted", **spelled(deleted.tally.counts))
        if deleted.stuck:
            journal.warning("deletions_stuck", deletions=deleted.stuck)
        return _more(deleted.claimed, deleted.tally, settings.batch_size)

    every = settings.deletion_interval_seconds
    return PeriodicWorker(name, _unbroken(name, work, journal), every, journal)


async def _waiting_sweep(site: "WorkerSite") -> PeriodicWorker:
    name, settings = "waiting_sweep", site.config.gc
    sweep = _upkeep(site, name).waiting_sweep()
    every = settings.waiting_interval_seconds

    async def work(stop: asyncio.Event) -> bool:
        # Half of it: replicas share the walk, and jitter must not skip a turn.
        _tell(site.journal, await sweep(_run(worker, stop, SweepMode.REPAIR, every / 2)))
        return False

    worker = PeriodicWorker(name, _unbroken(name, work, site.journal), every, site.journal)
    return worker


async def _bucket_sweep(site: "WorkerSite") -> PeriodicWorker:
    """Both halves of the look at everything: objects without rows, rows without objects."""
    name, settings = "bucket_sweep", site.config.gc
    upkeep, every = _upkeep(site, name), settings.bucket_interval_hours * 3600
    mode = SweepMode.DELETE if settings.delete_orphans else SweepMode.REPAIR
    buckets = sorted(site.config.gcs.buckets)
    sweeps: list[Sweep] = [upkeep.bucket_sweep(bucket) for bucket in buckets]
    sweeps.append(upkeep.completed_sweep())

    async def work(stop: asyncio.Event) -> bool:
        for sweep in sweeps if every else ():
            _tell(site.journal, await sweep(_run(worker, stop, mode, every)))
        return False

    worker = PeriodicWorker(name, _unbroken(name, work, site.journal), _LOOK_SECONDS, site.journal)
    return worker


async def _pruning(site: "WorkerSite") -> PeriodicWorker:
    name, settings, journal = "pruning", site.config.retention, site.journal
    prune = _upkeep(site, name).pruning()

    async def work(stop: asyncio.Event) -> bool:
        pruned = asdict(await prune(stop))
        if any(pruned.values()):
            journal.info("records_pruned", **pruned)
        return False

    return PeriodicWorker(name, _unbroken(name, work, journal), settings.interval_seconds, journal)


def _more(claimed: int, tally: Tally, batch_size: int) -> bool:
    """Go on at once after a full batch, unless all of it failed: that wants time."""
    return claimed == batch_size and tally.done > 0


def _run(
    worker: PeriodicWorker, stop: asyncio.Event, mode: SweepMode, every_seconds: float
) -> SweepRun:
    """Ask for a run that says after each page that the worker is alive: walks may take hours."""

    def progress(_position: str, _counts: Mapping[str, int]) -> None:
        worker.health.succeeded(time.monotonic())

    return SweepRun(mode, timedelta(seconds=every_seconds), stop=stop, progress=progress)


def _tell(journal: Journal, result: SweepResult) -> None:
    if result.state == "not_now":
        return
    facts = result.as_json()
    amiss = ("gone", "skipped.other_generation", "orphans")
    if result.state == "refused" or any(result.counts.get(name) for name in amiss):
        journal.warning("sweep_found_something", **facts)
    else:
        journal.info("swept", **facts)


UPKEEP_BUILDERS: "Mapping[str, WorkerBuilder]" = {
    "reaper": _reaper,
    "deletions": _deletions,
    "waiting_sweep": _waiting_sweep,
    "bucket_sweep": _bucket_sweep,
    "pruning": _pruning,
}
