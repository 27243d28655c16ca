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
        return replace(video, upload_id=self._upload_of(video)) if video else None

    async def lock(self, user: UserId, video_id: VideoId) -> Video | None:
        """Load one of the user's videos."""
        video = self._tables.videos.get(video_id)
        return video if video is not None and video.user_id == user else None

    def _upload_of(self, video: Video) -> UploadId | None:
        """Prefer its owner's upload that became the video's file, then the oldest."""
        uploads, wanted = self._tables.uploads.values(), (video.user_id, video.video_id)
        bound = [each for each in uploads if (each.user_id, each.video_id) == wanted]
        return min(bound, key=_precedence).upload_id if bound else None


def _precedence(upload: Upload) -> tuple[bool, datetime, UploadId]:
    return upload.status is not UploadStatus.COMPLETED, upload.created_at, upload.upload_id
