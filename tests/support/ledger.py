"""What is really kept, whichever store keeps it, and a pen for what Catalog never writes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from catalog.application.records import HistoryEntry, OutboxRecord
from catalog.domain.upload import Upload
from catalog.domain.values import Generation, ObjectRef, UploadId, VideoId
from catalog.domain.video import Video


@dataclass(frozen=True, slots=True)
class KeptPush:
    """A row of the inbox, without its times."""

    message_id: str | None
    payload: bytes | None = field(repr=False)
    actor: str
    outcome: str | None
    processed: bool
    last_error: str | None


@dataclass(frozen=True, slots=True)
class KeptTombstone:
    """A row of the object deletions."""

    generation: Generation
    reason: str
    deleted: bool


class Ledger(Protocol):
    """Reads and writes past the repositories, in transactions of its own."""

    async def upload(self, upload_id: UploadId) -> Upload: ...

    async def uploads(self) -> Sequence[Upload]: ...

    async def video(self, video_id: VideoId) -> Video: ...

    async def videos(self) -> Sequence[Video]: ...

    async def history(self, upload_id: UploadId) -> Sequence[HistoryEntry]: ...

    async def outbox(self) -> Sequence[OutboxRecord]: ...

    async def inbox(self, dedup_key: str, source: str = "gcs") -> KeptPush | None: ...

    async def tombstones(self, ref: ObjectRef) -> Sequence[KeptTombstone]: ...

    async def put_upload(self, upload: Upload) -> None:
        """Overwrite status, error code, video, progress and attempt; everything else stays."""
        ...

    async def put_video(self, video: Video) -> None:
        """Make the video, or overwrite its status and version."""
        ...

    async def forget_inbox(self) -> None:
        """What pruning does."""
        ...


def decisions(history: Sequence[HistoryEntry]) -> list[str]:
    """An upload's story in short: `request:decision`, oldest first."""
    return [f"{entry.request}:{entry.decision.value}" for entry in history]
