"""Sweeps by hand, wired as the workers' own are."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from catalog.adapters.gcs.object_store import BucketObjects
from catalog.application.sweep_walk import SweepResult, SweepRun
from catalog.runtime.config import Config
from catalog.runtime.upkeep import Upkeep

Sweep = Callable[[SweepRun], Awaitable[SweepResult]]


@asynccontextmanager
async def bucket_objects(config: Config) -> AsyncIterator[BucketObjects]:
    """Lend the buckets of the settings while the block lasts."""
    objects = BucketObjects(
        project_id=config.gcs.project_id,
        endpoint=config.gcs.endpoint or None,
        deadline_seconds=config.gcs.timeout_seconds,
    )
    try:
        yield objects
    finally:
        await objects.aclose()


def all_sweeps(upkeep: Upkeep, max_fraction: float | None) -> Sequence[Sweep]:
    """Lost notifications first, then every bucket of the settings, then lost objects.

    `max_fraction` in place of the setting gc.max_orphan_fraction.
    """
    buckets = sorted(upkeep.config.gcs.buckets)
    return [
        upkeep.waiting_sweep(),
        *(upkeep.bucket_sweep(bucket, max_fraction) for bucket in buckets),
        upkeep.completed_sweep(max_fraction),
    ]
