"""The workers of upkeep: reaper, deletions, sweeps and pruning, each in rounds of its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from catalog.application.faults import describe_fault
from catalog.application.prune_records import Pruned
from catalog.application.store import ConcurrentChangeError
from catalog.application.sweep_figures import MeasuredSweep
from catalog.application.sweep_walk import SweepMode, SweepResult, SweepRun
from catalog.application.tally import Tally, spelled
from catalog.application.upkeep_figures import UpkeepFigures
from catalog.application.worker import Journal, PeriodicWorker
from catalog.domain.errors import StorageUnavailableError, UnavailableError
from catalog.runtime.upkeep import Upkeep

if TYPE_CHECKING:
    # It names these builders: an import at run time would be a circle.
    from catalog.runtime.workers import WorkerBuilder, WorkerSite

_LOOK_SECONDS = 300.0
"""How often somebody asks whether the daily sweep is due, or was broken off."""
Round = Callable[[asyncio.Event], Awaitable[bool]]


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


def periodic(site: "WorkerSite", name: str, work: Round, every_seconds: float) -> PeriodicWorker:
    """Make a worker whose rounds may break without ending the process."""
    unbroken = _unbroken(name, work, site.journal)
    return PeriodicWorker(name, unbroken, every_seconds, site.journal, site.telemetry.measures)


def _upkeep(site: "WorkerSite", worker: str) -> Upkeep:
    def heard(fault: BaseException) -> None:
        site.journal.warning("upkeep_item_failed", worker=worker, **describe_fault(fault))

    return Upkeep(
        site.config, site.store, site.objects, heard, site.telemetry.measures, site.journal
    )


async def _reaper(site: "WorkerSite") -> PeriodicWorker:
    name, settings, journal = "reaper", site.config.reaper, site.journal
    reap, figures = _upkeep(site, name).reaper(), UpkeepFigures(site.telemetry.measures)

    async def work(stop: asyncio.Event) -> bool:
        reaped = await reap(stop)
        figures.reaped(reaped)
        if reaped.claimed:
            journal.info("sessions_reaped", **spelled(reaped.tally.counts))
        return _more(reaped.claimed, reaped.tally, settings.batch_size)

    return periodic(site, name, work, settings.interval_seconds)


async def _deletions(site: "WorkerSite") -> PeriodicWorker:
    name, settings, journal = "deletions", site.config.gc, site.journal
    delete, figures = _upkeep(site, name).deletions(), UpkeepFigures(site.telemetry.measures)

    async def work(stop: asyncio.Event) -> bool:
        deleted = await delete(stop)
        figures.deleted(deleted)
        if deleted.claimed:
            journal.info("objects_deleted", **spelled(deleted.tally.counts))
        if deleted.stuck:
            journal.warning("deletions_stuck", deletions=deleted.stuck)
        return _more(deleted.claimed, deleted.tally, settings.batch_size)

    every = settings.deletion_interval_seconds
    return periodic(site, name, work, every)


async def _waiting_sweep(site: "WorkerSite") -> PeriodicWorker:
    name, settings = "waiting_sweep", site.config.gc
    measures = site.telemetry.measures
    sweep = MeasuredSweep("waiting", _upkeep(site, name).waiting_sweep(), measures)
    every = settings.waiting_interval_seconds

    async def work(stop: asyncio.Event) -> bool:
        # Half of it: replicas share the walk, and jitter must not skip a turn.
        _tell(site.journal, await sweep(_run(worker, stop, SweepMode.REPAIR, every / 2)))
        return False

    worker = periodic(site, name, work, every)
    return worker


async def _bucket_sweep(site: "WorkerSite") -> PeriodicWorker:
    """Both halves of the look at everything: objects without rows, rows without objects."""
    name, settings = "bucket_sweep", site.config.gc
    upkeep, every = _upkeep(site, name), settings.bucket_interval_hours * 3600
    mode = SweepMode.DELETE if settings.delete_orphans else SweepMode.REPAIR
    buckets = sorted(site.config.gcs.buckets)
    measures = site.telemetry.measures
    sweeps = [MeasuredSweep("bucket", upkeep.bucket_sweep(each), measures) for each in buckets]
    sweeps.append(MeasuredSweep("completed", upkeep.completed_sweep(), measures))

    async def work(stop: asyncio.Event) -> bool:
        away: StorageUnavailableError | None = None
        for sweep in sweeps if every else ():
            try:
                _tell(site.journal, await sweep(_run(worker, stop, mode, every)))
            except StorageUnavailableError as fault:
                # It is not the worker that is stalled: no server goes out of service for a
                # bucket that is away or refuses us, and the other walks have their turn.
                worker.health.succeeded(time.monotonic())
                away = fault
        if away is not None:
            raise away
        return False

    worker = periodic(site, name, work, _LOOK_SECONDS)
    return worker


async def _pruning(site: "WorkerSite") -> PeriodicWorker:
    name, settings, journal = "pruning", site.config.retention, site.journal
    prune, figures = _upkeep(site, name).pruning(), UpkeepFigures(site.telemetry.measures)

    async def work(stop: asyncio.Event) -> bool:
        pruned = await prune(stop)
        figures.pruned(pruned)
        if pruned != Pruned():
            journal.info("records_pruned", **asdict(pruned))
        return False

    return periodic(site, name, work, settings.interval_seconds)


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
