"""The wiring of what operators ask of upkeep: sweeps by hand, their report, and forgetting."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from catalog.adapters.gcs.object_store import BucketObjects
from catalog.adapters.postgres.store import PostgresStore
from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.application.finalize_upload import FinalizeUpload
from catalog.application.object_removal import ObjectRemoval
from catalog.application.sweep_bucket import BucketSweepPolicy, SweepBucket
from catalog.application.sweep_completed import CompletedSweepPolicy, SweepCompleted
from catalog.application.sweep_waiting import SweepWaiting
from catalog.application.sweep_walk import SweepResult, SweepRun
from catalog.domain.sweep import OrphanLimit
from catalog.runtime.config import Config

Sweep = Callable[[SweepRun], Awaitable[SweepResult]]
_SESSION_LIFE = timedelta(days=7)
_ORPHAN_MARGIN = timedelta(days=1)
_BELIEVABLE_OBJECTS = 100


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


@dataclass(frozen=True, slots=True)
class Sweeps:
    """All sweeps in the order in which they help each other most."""

    config: Config
    store: PostgresStore
    objects: BucketObjects
    max_orphan_fraction: float

    def all(self) -> Sequence[Sweep]:
        """Lost notifications first, then every bucket of the settings, then lost objects."""
        return [self._waiting(), *map(self._bucket, sorted(self.config.gcs.buckets)), self._lost()]

    def _waiting(self) -> Sweep:
        return SweepWaiting(self.store, self.objects, self._finalize())

    def _bucket(self, name: str) -> Sweep:
        url_life = timedelta(seconds=self.config.gcs.signed_url_ttl_seconds)
        policy = BucketSweepPolicy(
            bucket=name,
            orphan_age=url_life + _SESSION_LIFE + _ORPHAN_MARGIN,
            limit=self._limit(),
        )
        removal = ObjectRemoval(self.store, self.objects)
        return SweepBucket(self.store, self.objects, self._finalize(), removal, policy)

    def _lost(self) -> Sweep:
        policy = CompletedSweepPolicy(self._limit())
        return SweepCompleted(self.store, self.objects, self.objects, policy)

    def _finalize(self) -> FinalizeUpload:
        return FinalizeUpload(self.store, ProtobufEvents(), self.config.uploads.max_size_bytes)

    def _limit(self) -> OrphanLimit:
        return OrphanLimit(self.max_orphan_fraction, _BELIEVABLE_OBJECTS)
