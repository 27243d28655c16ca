"""The wiring of upkeep: settings in, use cases out, the same for workers and operators."""

from dataclasses import dataclass, field
from datetime import timedelta

from catalog.adapters.gcs.object_store import BucketObjects
from catalog.adapters.postgres.store import PostgresStore
from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.application.delete_objects import DeleteObjects, DeletionPolicy
from catalog.application.finalize_upload import FinalizeUpload, FinalizeUseCase
from catalog.application.forget_upload import ForgetUpload
from catalog.application.init_resumable_upload import SESSION_LIFE
from catalog.application.item_by_item import OnFault, unheard
from catalog.application.measured import MeasuredFinalize
from catalog.application.metrics.metric import Measures, NoMeasures
from catalog.application.object_removal import ObjectRemoval
from catalog.application.prune_records import PruneRecords
from catalog.application.reap_sessions import ReapPolicy, ReapSessions
from catalog.application.report_upkeep import ReportUpkeep
from catalog.application.sweep_bucket import BucketSweepPolicy, SweepBucket
from catalog.application.sweep_completed import CompletedSweepPolicy, SweepCompleted
from catalog.application.sweep_waiting import SweepWaiting, WaitingSweepPolicy
from catalog.application.told_upkeep import NoJournal, ToldFinalize, UpkeepStory
from catalog.application.worker import Journal
from catalog.domain.backoff import Backoff
from catalog.domain.retention import Retention
from catalog.domain.sweep import OrphanLimit
from catalog.runtime.config import Config


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Makes each use case of upkeep as the settings want it."""

    config: Config
    store: PostgresStore
    objects: BucketObjects
    on_fault: OnFault = unheard
    measures: Measures = field(default_factory=NoMeasures)
    journal: Journal = field(default_factory=NoJournal)

    def reaper(self) -> ReapSessions:
        """Ends sessions by the clock."""
        settings = self.config.reaper
        policy = ReapPolicy(
            margin=self._margin,
            lease=timedelta(seconds=settings.lease_seconds),
            batch=settings.batch_size,
            at_once=settings.at_once,
        )
        finalize = self._finalize()
        encoder = ProtobufEvents()
        return ReapSessions(
            self.store,
            self.objects,
            finalize,
            encoder,
            policy,
            self.on_fault,
            UpkeepStory(self.journal),
        )

    def deletions(self) -> DeleteObjects:
        """Works off the queue of deletions."""
        settings = self.config.gc
        policy = DeletionPolicy(
            lease=timedelta(seconds=settings.lease_seconds),
            batch=settings.batch_size,
            at_once=settings.at_once,
            backoff=Backoff(
                timedelta(seconds=settings.retry_seconds),
                timedelta(seconds=settings.retry_max_seconds),
            ),
            stuck_after=settings.stuck_after,
        )
        story = UpkeepStory(self.journal)
        return DeleteObjects(self.store, self._removal(), policy, self.on_fault, story)

    def waiting_sweep(self) -> SweepWaiting:
        """Looks at uploads that wait for long."""
        settings = self.config.gc
        policy = WaitingSweepPolicy(
            age=timedelta(minutes=settings.waiting_after_minutes),
            page_size=settings.page_size,
            lease=timedelta(seconds=settings.page_lease_seconds),
            at_once=settings.at_once,
        )
        return SweepWaiting(self.store, self.objects, self._finalize(), policy, self.on_fault)

    def bucket_sweep(self, bucket: str, max_orphan_fraction: float | None = None) -> SweepBucket:
        """Walks a bucket; `max_orphan_fraction` in place of the setting's."""
        settings = self.config.gc
        url_life = timedelta(seconds=self.config.gcs.signed_url_ttl_seconds)
        margin = timedelta(hours=settings.orphan_margin_hours)
        policy = BucketSweepPolicy(
            bucket=bucket,
            orphan_age=SESSION_LIFE + url_life + margin,
            limit=self._limit(max_orphan_fraction),
            page_size=settings.page_size,
            lease=timedelta(seconds=settings.page_lease_seconds),
            at_once=settings.at_once,
        )
        return SweepBucket(
            self.store, self.objects, self._finalize(), self._removal(), policy, self.on_fault
        )

    def completed_sweep(self, max_lost_fraction: float | None = None) -> SweepCompleted:
        """Looks for completed uploads whose objects are gone."""
        settings = self.config.gc
        policy = CompletedSweepPolicy(
            limit=self._limit(max_lost_fraction),
            page_size=settings.page_size,
            lease=timedelta(seconds=settings.page_lease_seconds),
            at_once=settings.at_once,
        )
        return SweepCompleted(self.store, self.objects, self.objects, policy, self.on_fault)

    def pruning(self) -> PruneRecords:
        """Removes what has been over for long. Raises ValueError for days that are too few."""
        settings = self.config.retention
        retention = Retention(
            inbox=timedelta(days=settings.inbox_days),
            quarantine=timedelta(days=settings.quarantine_days),
            history=timedelta(days=settings.history_days),
            failed_uploads=timedelta(days=settings.failed_uploads_days),
            session_margin=self._margin,
            tombstones=timedelta(days=settings.tombstones_days),
        )
        return PruneRecords(self.store, retention, settings.batch_size)

    def forget(self) -> ForgetUpload:
        """Lets a user upload again what is gone."""
        return ForgetUpload(self.store, self.objects)

    def report(self) -> ReportUpkeep:
        """Shows people what there is to do."""
        return ReportUpkeep(self.store, self._margin)

    @property
    def _margin(self) -> timedelta:
        return timedelta(seconds=self.config.reaper.margin_seconds)

    def _finalize(self) -> FinalizeUseCase:
        limit = self.config.uploads.max_size_bytes
        finalize = FinalizeUpload(self.store, ProtobufEvents(), limit)
        return ToldFinalize(MeasuredFinalize(finalize, self.measures), self.journal)

    def _removal(self) -> ObjectRemoval:
        return ObjectRemoval(self.store, self.objects)

    def _limit(self, fraction: float | None) -> OrphanLimit:
        settings = self.config.gc
        chosen = settings.max_orphan_fraction if fraction is None else fraction
        return OrphanLimit(chosen, settings.min_objects)
