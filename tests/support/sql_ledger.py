"""What PostgreSQL really keeps, by plain SQL beside the named queries."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from catalog.adapters.postgres.rows import upload_from, video_from
from catalog.application.records import HistoryEntry, OutboxRecord
from catalog.domain.upload import Decision, Upload
from catalog.domain.values import Generation, ObjectRef, UploadId, VideoId
from catalog.domain.video import Video
from tests.support.ledger import KeptPush, KeptTombstone

_VIDEOS = "SELECT *, NULL::uuid AS upload_id FROM catalog.videos"


@dataclass(frozen=True, slots=True)
class SqlLedger:
    pool: "asyncpg.Pool[asyncpg.Record]"

    async def upload(self, upload_id: UploadId) -> Upload:
        query = "SELECT * FROM catalog.uploads WHERE upload_id = $1"
        return upload_from(await self._one(query, upload_id))

    async def uploads(self) -> Sequence[Upload]:
        query = "SELECT * FROM catalog.uploads ORDER BY created_at, upload_id"
        return [upload_from(row) for row in await self.pool.fetch(query)]

    async def video(self, video_id: VideoId) -> Video:
        return video_from(await self._one(f"{_VIDEOS} WHERE video_id = $1", video_id))

    async def videos(self) -> Sequence[Video]:
        rows = await self.pool.fetch(f"{_VIDEOS} ORDER BY created_at, video_id")
        return [video_from(row) for row in rows]

    async def history(self, upload_id: UploadId) -> Sequence[HistoryEntry]:
        query = "SELECT * FROM catalog.upload_events WHERE upload_id = $1 ORDER BY id"
        return [
            HistoryEntry(
                row["actor"],
                row["request"],
                Decision(row["decision"]),
                json.loads(row["detail"]),
            )
            for row in await self.pool.fetch(query, upload_id)
        ]

    async def outbox(self) -> Sequence[OutboxRecord]:
        rows = await self.pool.fetch("SELECT * FROM catalog.outbox_events ORDER BY id")
        return [
            OutboxRecord(
                event_id=row["event_id"],
                aggregate_type=row["aggregate_type"],
                aggregate_id=row["aggregate_id"],
                event_type=row["event_type"],
                payload=row["payload"],
                headers=json.loads(row["headers"]),
                occurred_at=row["occurred_at"],
            )
            for row in rows
        ]

    async def inbox(self, dedup_key: str, source: str = "gcs") -> KeptPush | None:
        query = "SELECT * FROM catalog.inbox_events WHERE source = $1 AND dedup_key = $2"
        row = await self.pool.fetchrow(query, source, dedup_key)
        if row is None:
            return None
        return KeptPush(
            row["first_msg_id"],
            row["payload"],
            row["actor"],
            row["outcome"],
            row["processed_at"] is not None,
            row["last_error"],
        )

    async def tombstones(self, ref: ObjectRef) -> Sequence[KeptTombstone]:
        query = (
            "SELECT * FROM catalog.object_deletions WHERE bucket = $1 AND object_name = $2 "
            "ORDER BY generation"
        )
        return [
            KeptTombstone(
                Generation(row["generation"]), row["reason"], row["deleted_at"] is not None
            )
            for row in await self.pool.fetch(query, ref.bucket, ref.name)
        ]

    async def put_upload(self, upload: Upload) -> None:
        await self.pool.execute(
            "UPDATE catalog.uploads SET status = $2, error_code = $3, video_id = $4,"
            " bytes_reported = $5, attempt = $6 WHERE upload_id = $1",
            upload.upload_id,
            upload.status.value,
            upload.error_code.value if upload.error_code else None,
            upload.video_id,
            upload.bytes_reported,
            upload.attempt,
        )

    async def put_video(self, video: Video) -> None:
        await self.pool.execute(
            "INSERT INTO catalog.videos (video_id, user_id, title, description, status, version)"
            " VALUES ($1, $2, $3, $4, $5, $6)"
            " ON CONFLICT (video_id) DO UPDATE SET status = $5, version = $6",
            video.video_id,
            video.user_id,
            video.title,
            video.description,
            video.status.value,
            video.version,
        )

    async def forget_inbox(self) -> None:
        await self.pool.execute("TRUNCATE catalog.inbox_events")

    async def _one(self, query: str, *values: Any) -> asyncpg.Record:
        row = await self.pool.fetchrow(query, *values)
        assert row is not None
        return row
