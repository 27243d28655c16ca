"""What the service really keeps, by plain SQL over connections of our own."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import asyncpg

from catalog.api.video.v1 import events_pb2

Pool = "asyncpg.Pool[asyncpg.Record]"


@dataclass(frozen=True, slots=True)
class Records:
    pool: "asyncpg.Pool[asyncpg.Record]"

    async def upload(self, upload_id: str) -> dict[str, Any]:
        """The row."""
        row = await self.pool.fetchrow(
            "SELECT * FROM catalog.uploads WHERE upload_id = $1", upload_id
        )
        assert row is not None
        return dict(row)

    async def uploads_of(self, user: str) -> int:
        """How many rows the user has."""
        return int(
            await self.pool.fetchval(
                "SELECT count(*) FROM catalog.uploads WHERE user_id = $1", user
            )
        )

    async def videos_of(self, user: str) -> list[dict[str, Any]]:
        """All rows, oldest first."""
        rows = await self.pool.fetch(
            "SELECT * FROM catalog.videos WHERE user_id = $1 ORDER BY created_at, video_id", user
        )
        return [dict(row) for row in rows]

    async def story(self, upload_id: str) -> list[str]:
        """The history in short, `request:decision`, oldest first."""
        rows = await self.pool.fetch(
            "SELECT request, decision FROM catalog.upload_events WHERE upload_id = $1 ORDER BY id",
            upload_id,
        )
        return [f"{row['request']}:{row['decision']}" for row in rows]

    async def events(self, aggregate_id: str) -> list[str]:
        """Types of the events announced of an upload or a video, in order."""
        rows = await self.pool.fetch(
            "SELECT event_type FROM catalog.outbox_events WHERE aggregate_id = $1 ORDER BY id",
            aggregate_id,
        )
        return [row["event_type"].removeprefix("video.") for row in rows]

    async def completed_event(self, upload_id: str) -> events_pb2.UploadCompleted:
        """The one event of that type, read as consumers read it."""
        rows = await self.pool.fetch(
            "SELECT payload FROM catalog.outbox_events"
            " WHERE aggregate_id = $1 AND event_type = 'video.upload.completed'",
            upload_id,
        )
        assert len(rows) == 1
        return events_pb2.UploadCompleted.FromString(rows[0]["payload"])

    async def outcome(self, dedup_key: str) -> str | None:
        """What the inbox says of a generation; None where it has no row."""
        value = await self.pool.fetchval(
            "SELECT outcome FROM catalog.inbox_events WHERE source = 'gcs' AND dedup_key = $1",
            dedup_key,
        )
        return None if value is None else str(value)

    async def tombstones(self, object_name: str) -> dict[int, bool]:
        """Generations that may never complete the upload, and whether each was deleted."""
        rows = await self.pool.fetch(
            "SELECT generation, deleted_at FROM catalog.object_deletions WHERE object_name = $1",
            object_name,
        )
        return {row["generation"]: row["deleted_at"] is not None for row in rows}

    async def forget_inbox(self, object_name: str) -> None:
        """What pruning does, to the rows of one object."""
        await self.pool.execute(
            "DELETE FROM catalog.inbox_events WHERE dedup_key LIKE '%/' || $1 || '#%'", object_name
        )

    async def until_waiting_for_locks(self, connections: int) -> None:
        """Wait until as many of the service's connections stand in line for a lock."""
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND application_name = 'catalog' AND datname = current_database()"
        )
        async with asyncio.timeout(60):
            while await self.pool.fetchval(query) < connections:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.005)

    async def everything(self, upload_id: str) -> str:
        """All that is kept of an upload and its videos, to see whether anything changed."""
        tables = {
            "uploads": "upload_id = $1",
            "videos": "video_id = (SELECT video_id FROM catalog.uploads WHERE upload_id = $1)",
            "outbox_events": "aggregate_id = $1",
            "object_deletions": "object_name ="
            " (SELECT object_name FROM catalog.uploads WHERE upload_id = $1)",
        }
        kept = {
            name: [
                dict(row)
                for row in await self.pool.fetch(
                    f"SELECT * FROM catalog.{name} WHERE {which} ORDER BY 1, 2", upload_id
                )
            ]
            for name, which in tables.items()
        }
        return json.dumps(kept, default=str, indent=1)
