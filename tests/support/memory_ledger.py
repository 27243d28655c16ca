"""What a MemoryStore really keeps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from catalog.adapters.memory.store import MemoryStore
from catalog.application.records import HistoryEntry, OutboxRecord
from catalog.domain.upload import Upload
from catalog.domain.values import ObjectRef, UploadId, VideoId
from catalog.domain.video import Video
from tests.support.ledger import KeptPush, KeptTombstone


@dataclass(frozen=True, slots=True)
class MemoryLedger:
    store: MemoryStore

    async def upload(self, upload_id: UploadId) -> Upload:
        return self.store.upload(upload_id)

    async def uploads(self) -> Sequence[Upload]:
        return list(self.store.uploads)

    async def video(self, video_id: VideoId) -> Video:
        return self.store.video(video_id)

    async def videos(self) -> Sequence[Video]:
        return list(self.store.videos)

    async def history(self, upload_id: UploadId) -> Sequence[HistoryEntry]:
        return [row.entry for row in self.store.history(upload_id)]

    async def outbox(self) -> Sequence[OutboxRecord]:
        return list(self.store.outbox)

    async def inbox(self, dedup_key: str, source: str = "gcs") -> KeptPush | None:
        row = self.store.tables.inbox.get((source, dedup_key))
        if row is None:
            return None
        return KeptPush(
            row.message_id,
            row.payload,
            row.actor,
            row.outcome,
            row.processed_at is not None,
            row.last_error,
        )

    async def tombstones(self, ref: ObjectRef) -> Sequence[KeptTombstone]:
        return [
            KeptTombstone(
                row.tombstone.generation, row.tombstone.reason, row.deleted_at is not None
            )
            for row in self.store.deletions(ref)
        ]

    async def put_upload(self, upload: Upload) -> None:
        self.store.tables.uploads[upload.upload_id] = replace(
            self.store.upload(upload.upload_id),
            status=upload.status,
            error_code=upload.error_code,
            video_id=upload.video_id,
            bytes_reported=upload.bytes_reported,
            attempt=upload.attempt,
        )

    async def put_video(self, video: Video) -> None:
        self.store.tables.videos[video.video_id] = video

    async def forget_inbox(self) -> None:
        self.store.tables.inbox.clear()
