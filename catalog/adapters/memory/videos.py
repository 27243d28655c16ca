"""Videos in memory."""

from dataclasses import replace
from datetime import datetime

from catalog.adapters.memory.tables import Tables
from catalog.application.records import NewVideo, OutboxRecord
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import UploadId, UserId, VideoId
from catalog.domain.video import Video, VideoStatus


class MemoryVideos:
    """The same predicates as sql/videos.sql."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def create(self, video: NewVideo, at: datetime, event: OutboxRecord) -> Video | None:
        """Make a video and its event; None when the id is taken."""
        if video.video_id in self._tables.videos:
            return None
        made = Video(
            video_id=video.video_id,
            user_id=video.user_id,
            title=video.title,
            description=video.description,
            status=VideoStatus.PENDING_UPLOAD,
            version=1,
            created_at=at,
            updated_at=at,
        )
        self._tables.videos[made.video_id] = made
        self._tables.outbox.append(event)
        return made

    async def get(self, user: UserId, video_id: VideoId) -> Video | None:
        """Load one of the user's videos with the upload bound to it."""
        video = await self.lock(user, video_id)
        return replace(video, upload_id=self._upload_of(video_id)) if video else None

    async def lock(self, user: UserId, video_id: VideoId) -> Video | None:
        """Load one of the user's videos."""
        video = self._tables.videos.get(video_id)
        return video if video is not None and video.user_id == user else None

    def _upload_of(self, video_id: VideoId) -> UploadId | None:
        """Prefer the upload that became the video's file, then the oldest."""
        bound = [each for each in self._tables.uploads.values() if each.video_id == video_id]
        return min(bound, key=_precedence).upload_id if bound else None


def _precedence(upload: Upload) -> tuple[bool, datetime, UploadId]:
    return upload.status is not UploadStatus.COMPLETED, upload.created_at, upload.upload_id
