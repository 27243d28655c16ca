"""All of upkeep over one store and one bucket, whichever they are."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from catalog.adapters.memory.events import JsonEvents
from catalog.adapters.memory.signer import MemorySigner
from catalog.application.cancel_upload import CancelUpload
from catalog.application.delete_objects import Deleted, DeleteObjects, DeletionPolicy
from catalog.application.finalize_upload import FinalizeOutcome, FinalizeUpload
from catalog.application.forget_upload import ForgetUpload
from catalog.application.init_resumable_upload import InitCommand, InitResumableUpload
from catalog.application.object_removal import ObjectRemoval
from catalog.application.ports import ObjectListing, ObjectStore
from catalog.application.reap_sessions import Reaped, ReapPolicy, ReapSessions
from catalog.application.records import Actor, Arrival
from catalog.application.sweep_bucket import BucketSweepPolicy, SweepBucket
from catalog.application.sweep_completed import CompletedSweepPolicy, SweepCompleted
from catalog.application.sweep_waiting import SweepWaiting, WaitingSweepPolicy
from catalog.application.sweep_walk import SweepMode, SweepResult, SweepRun
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.sweep import OrphanLimit
from catalog.domain.upload import Upload
from catalog.domain.values import Md5, StoredObject, UserId
from tests.support.builders import BUCKET, POLICY, a_raw_init, a_user, an_md5

URL_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(days=7) + URL_LIFE
ANY_SHARE = OrphanLimit(max_fraction=1.0, min_objects=1)


class Storage(ObjectStore, ObjectListing, Protocol):
    """The bucket as upkeep uses it."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    store: UpkeepStore
    objects: Storage
    at_once: int = 4
    encoder: JsonEvents = field(default_factory=JsonEvents)

    @property
    def finalizer(self) -> FinalizeUpload:
        return FinalizeUpload(self.store, self.encoder, POLICY.max_size_bytes)

    @property
    def removal(self) -> ObjectRemoval:
        return ObjectRemoval(self.store, self.objects)

    async def init(self, user: UserId | None = None, md5: Md5 | None = None) -> Upload:
        """Call Init; who and what is not said is new."""
        initializer = InitResumableUpload(
            store=self.store,
            signer=MemorySigner(URL_LIFE),
            objects=self.objects,
            removal=self.removal,
            policy=POLICY,
            bucket=BUCKET,
            url_life=URL_LIFE,
        )
        raw = a_raw_init(content_md5_hex=(md5 or an_md5()).hex, size_bytes=0)
        return (await initializer(InitCommand(user or a_user(), raw))).upload

    async def cancel(self, upload: Upload) -> Upload:
        return await CancelUpload(self.store, self.encoder)(upload.user_id, str(upload.upload_id))

    async def finalize(self, stored: StoredObject, actor: Actor = "push") -> FinalizeOutcome:
        return await self.finalizer(Arrival(stored, actor))

    async def finalize_live(self, upload: Upload, actor: Actor = "push") -> str:
        """Bring the news of whatever is there now."""
        stored = await self.objects.stat(upload.ref)
        return "nothing" if stored is None else (await self.finalize(stored, actor)).effect

    def reaper(self, **policy: Any) -> ReapSessions:
        return ReapSessions(
            self.store,
            self.objects,
            self.finalizer,
            self.encoder,
            ReapPolicy(**{"at_once": self.at_once} | policy),
        )

    async def reap(self, **policy: Any) -> Reaped:
        return await self.reaper(**policy)()

    def deleter(self, **policy: Any) -> DeleteObjects:
        chosen = DeletionPolicy(**{"at_once": self.at_once} | policy)
        return DeleteObjects(self.store, self.removal, chosen, chance=lambda: 0.0)

    async def delete(self, **policy: Any) -> Deleted:
        return await self.deleter(**policy)()

    def bucket_sweep(self, **policy: Any) -> SweepBucket:
        values: dict[str, Any] = {
            "bucket": BUCKET,
            "orphan_age": SESSION_LIFE + timedelta(days=1),
            "limit": ANY_SHARE,
            "at_once": self.at_once,
        }
        return SweepBucket(
            self.store,
            self.objects,
            self.finalizer,
            self.removal,
            BucketSweepPolicy(**values | policy),
        )

    async def sweep(self, mode: SweepMode = SweepMode.REPAIR, **policy: Any) -> SweepResult:
        return await self.bucket_sweep(**policy)(SweepRun(mode))

    def waiting_sweep(self, **policy: Any) -> SweepWaiting:
        values: dict[str, Any] = {"age": timedelta(0), "at_once": self.at_once} | policy
        return SweepWaiting(self.store, self.objects, self.finalizer, WaitingSweepPolicy(**values))

    async def sweep_waiting(self, mode: SweepMode = SweepMode.REPAIR, **policy: Any) -> SweepResult:
        return await self.waiting_sweep(**policy)(SweepRun(mode))

    def completed_sweep(self, **policy: Any) -> SweepCompleted:
        values: dict[str, Any] = {"limit": ANY_SHARE, "at_once": self.at_once} | policy
        return SweepCompleted(
            self.store, self.objects, self.objects, CompletedSweepPolicy(**values)
        )

    async def sweep_completed(self, **policy: Any) -> SweepResult:
        return await self.completed_sweep(**policy)(SweepRun())

    async def forget(self, upload: Upload) -> Upload:
        return await ForgetUpload(self.store, self.objects)(str(upload.upload_id))
