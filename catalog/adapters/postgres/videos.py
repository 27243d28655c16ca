"""Videos in PostgreSQL."""

import json
from datetime import datetime

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.rows import video_from
from catalog.adapters.postgres.statements import Connection
from catalog.application.records import NewVideo, OutboxRecord
from catalog.domain.values import UserId, VideoId
from catalog.domain.video import Video

_SQL = load("videos.sql")


class PostgresVideos:
    """One method a query of sql/videos.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def create(self, video: NewVideo, at: datetime, event: OutboxRecord) -> Video | None:
        """Make a video and its event; None when the id is taken."""
        row = await self._connection.row(
            _SQL["create_video"],
            video_id=video.video_id,
            user_id=video.user_id,
            title=video.title,
            description=video.description,
            at=at,
            event_id=event.event_id,
            aggregate_type=event.aggregate_type,
            aggregate_id=event.aggregate_id,
            event_type=event.event_type,
            payload=event.payload,
            headers=json.dumps(dict(event.headers)),
            occurred_at=event.occurred_at,
        )
        return video_from(row) if row else None

    async def get(self, user: UserId, video_id: VideoId) -> Video | None:
        """Load one of the user's videos with the upload bound to it."""
        row = await self._connection.row(_SQL["get_video"], user_id=user, video_id=video_id)
        return video_from(row) if row else None

    async def lock(self, user: UserId, video_id: VideoId) -> Video | None:
        """Load and lock one of the user's videos."""
        row = await self._connection.row(_SQL["lock_video"], user_id=user, video_id=video_id)
        return video_from(row) if row else None
