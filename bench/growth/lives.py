"""Lives of uploads, many at a time, in the product's own statements: what they leave on pages."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from bench.bare.statements import claim_values, completion_values, upsert_values
from bench.items import CONTENT_TYPE, SIZE_BYTES, Item
from catalog.adapters.postgres.queries import Query, load

IN_FLIGHT = 400
_REPORTS = 3
_AGAIN_PER_CENT = 20
_BATCH = 100
_LIFE = timedelta(days=7, minutes=15)
_HISTORY = {"actor": "user", "request": "init", "decision": "replace", "detail": "{}"}
_WAITING = "SELECT id FROM catalog.outbox_events WHERE published_at IS NULL ORDER BY id LIMIT $1"


@dataclass(slots=True)
class Life:
    """One upload under way."""

    item: Item
    row: asyncpg.Record
    reports: int = 0
    version: int = 1


@dataclass(slots=True)
class Lives:
    """Begins and ends uploads on one connection."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    tag: str
    begun: int = 0

    async def run(self, count: int) -> None:
        """Live so many, always about four hundred under way, whose turns are drawn."""
        under_way: list[Life] = []
        while self.begun < count or under_way:
            if self.begun < count and len(under_way) < IN_FLIGHT:
                under_way.append(await self._begin())
                continue
            place = random.randrange(len(under_way))
            if not await self._step(under_way[place]):
                under_way[place] = under_way[-1]
                under_way.pop()
            if self.begun % _BATCH == 0:
                await self._publish()

    async def _begin(self) -> Life:
        item = Item(self.tag, self.begun)
        self.begun += 1
        row = await self._row(load("uploads.sql")["insert_by_user_md5"], upsert_values(item))
        return Life(item, row)

    async def _step(self, life: Life) -> bool:
        """Report, perhaps begin again, and in the end complete; False when it is over."""
        if life.reports == _REPORTS:
            await self._complete(life)
            return False
        life.reports += 1
        if random.randrange(100) < _AGAIN_PER_CENT / _REPORTS:
            life.version += 1
            await self._row(load("uploads.sql")["renew_upload"], _renewed(life))
        reported = {
            "bytes_persisted": life.reports * SIZE_BYTES // _REPORTS,
            **dict.fromkeys(
                ("resume_count", "offset_mismatch_count", "precondition_failed_count"), 0
            ),
            "upload_id": life.row["upload_id"],
            "user_id": life.item.user,
        }
        await self._row(load("uploads.sql")["report_progress"], reported)
        return True

    async def _complete(self, life: Life) -> None:
        inbox = load("inbox.sql")
        mine = {"upload_id": life.row["upload_id"], "version": life.version}
        async with self.connection.transaction():
            await self._row(inbox["claim"], claim_values(life.item))
            done = await self._row(
                inbox["mark_completed"], {**completion_values(life.item), **mine}
            )
        assert done["uploads"] == 1, "a life did not end well"

    async def _publish(self) -> None:
        ids = [row["id"] for row in await self.connection.fetch(_WAITING, _BATCH)]
        query = load("outbox.sql")["mark_published"]
        await self.connection.execute(query.text, *query.arguments({"ids": ids}))

    async def _row(self, query: Query, values: Mapping[str, object]) -> asyncpg.Record:
        row = await self.connection.fetchrow(query.text, *query.arguments(values))
        assert row is not None, query.name
        return row


def _renewed(life: Life) -> Mapping[str, object]:
    return {
        **_HISTORY,
        "filename": f"{life.item.tag}.mp4",
        "content_type": CONTENT_TYPE,
        "declared_size": SIZE_BYTES,
        "duration_seconds": 12,
        "video_id": None,
        "traceparent": None,
        "session_life": _LIFE,
        "upload_id": life.row["upload_id"],
        "version": life.version - 1,
    }
