"""All use cases over one store, with the rest of the world in memory."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from catalog.adapters.memory.clock import MovableClock
from catalog.adapters.memory.events import JsonEvents
from catalog.adapters.memory.objects import MemoryObjects
from catalog.adapters.memory.signer import MemorySigner
from catalog.adapters.memory.store import MemoryStore
from catalog.application.bind_upload_to_video import BindUploadToVideo
from catalog.application.create_video import CreateVideo
from catalog.application.finalize_upload import FinalizeOutcome, FinalizeUpload
from catalog.application.get_upload import GetUpload
from catalog.application.get_video import GetVideo
from catalog.application.init_resumable_upload import (
    InitAnswer,
    InitCommand,
    InitResumableUpload,
)
from catalog.application.object_removal import ObjectRemoval
from catalog.domain.policies import UploadPolicy
from catalog.domain.upload import Upload
from catalog.domain.values import Md5, StoredObject, UserId
from catalog.domain.video import Video
from tests.support.builders import (
    BUCKET,
    NOW,
    POLICY,
    a_raw_init,
    a_stored_object,
    a_user,
    an_arrival,
    an_md5,
)
from tests.support.ledger import Ledger
from tests.support.memory_ledger import MemoryLedger
from tests.support.whole_store import WholeStore

URL_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class World:
    store: WholeStore
    ledger: Ledger
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    signer: MemorySigner = field(default_factory=lambda: MemorySigner(URL_LIFE))
    clock: MovableClock = field(default_factory=lambda: MovableClock(NOW))
    policy: UploadPolicy = POLICY

    @property
    def removal(self) -> ObjectRemoval:
        return ObjectRemoval(self.store, self.objects)

    def initializer(self, *, enabled: bool = True) -> InitResumableUpload:
        return InitResumableUpload(
            store=self.store,
            signer=self.signer,
            objects=self.objects,
            removal=self.removal,
            policy=self.policy,
            bucket=BUCKET,
            url_life=URL_LIFE,
            enabled=enabled,
        )

    async def init(
        self,
        user: UserId | None = None,
        md5: Md5 | None = None,
        *,
        video: Video | None = None,
        traceparent: str | None = None,
        **raw: Any,
    ) -> InitAnswer:
        """Call Init; what is not said is new and valid."""
        declared: dict[str, Any] = {"content_md5_hex": (md5 or an_md5()).hex}
        if video is not None:
            declared["video_id"] = str(video.video_id)
        command = InitCommand(user or a_user(), a_raw_init(**declared | raw), traceparent)
        return await self.initializer()(command)

    async def init_again(
        self, upload: Upload, *, video: Video | None = None, **raw: Any
    ) -> InitAnswer:
        """Call Init for the content of an upload that is there."""
        return await self.init(upload.user_id, upload.md5, video=video, **raw)

    async def waiting(self, **init: Any) -> Upload:
        """Make a waiting upload."""
        return (await self.init(**init)).upload

    async def failed(self, **init: Any) -> Upload:
        """Make an upload that failed by wrong bytes, which are still in the bucket."""
        upload = await self.waiting(**init)
        await self.finalize(self.objects.put(a_stored_object(upload, md5=an_md5())))
        return await self.ledger.upload(upload.upload_id)

    async def completed(self, **init: Any) -> Upload:
        """Make a completed upload."""
        upload = await self.waiting(**init)
        await self.finalize(self.objects.put(a_stored_object(upload)))
        return await self.ledger.upload(upload.upload_id)

    async def finalize(self, stored: StoredObject, **arrival: Any) -> FinalizeOutcome:
        """Bring the news of `stored`."""
        use_case = FinalizeUpload(self.store, JsonEvents(), self.policy.max_size_bytes)
        return await use_case(an_arrival(stored, **arrival))

    async def bind(self, upload: Upload, video: Video) -> Upload:
        """Call BindUploadToVideo as the upload's owner."""
        use_case = BindUploadToVideo(self.store)
        return await use_case(upload.user_id, str(upload.upload_id), str(video.video_id))

    async def create_video(
        self, user: UserId, title: str = "Holiday", description: str = "", request_id: str = ""
    ) -> Video:
        """Call CreateVideo."""
        use_case = CreateVideo(self.store, JsonEvents(), self.clock)
        return await use_case(user, title, description, request_id)

    async def get_upload(self, user: UserId, upload_id: str) -> Upload:
        """Call GetUpload."""
        return await GetUpload(self.store)(user, upload_id)

    async def get_video(self, user: UserId, video_id: str) -> Video:
        """Call GetVideo."""
        return await GetVideo(self.store)(user, video_id)

    async def now(self, upload: Upload) -> Upload:
        """Return the upload as it is kept by now."""
        return await self.ledger.upload(upload.upload_id)

    async def events_of(self, upload: Upload) -> list[str]:
        """Name the upload's events, in order."""
        outbox = await self.ledger.outbox()
        return [each.event_type for each in outbox if each.aggregate_id == upload.upload_id]


def memory_world(**changes: Any) -> World:
    """A world with nothing in it."""
    clock = changes.setdefault("clock", MovableClock(NOW))
    store = MemoryStore(clock)
    return World(store, MemoryLedger(store), **changes)
