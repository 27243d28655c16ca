"""The product's own statements, through asyncpg and nothing else, on tables of the same shape."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Self

import asyncpg

from bench.bare.pool import CONNECTIONS, bare_pool
from bench.bare.repeated import repeated
from bench.items import BUCKET, CONTENT_TYPE, SIZE_BYTES, Item
from catalog.adapters.postgres.queries import Query, load

_PAYLOAD = b"\x0a\x24" + b"x" * 300
Pool = "asyncpg.Pool[asyncpg.Record]"


def on_bare_tables(query: Query) -> str:
    """Give the statement as it runs on the tables that the bare parts have for themselves."""
    return query.text.replace("catalog.", "bare.")


async def bare_upsert(
    *, dsn: str, tag: str, count: int, seconds: float, warm_seconds: float
) -> dict[str, object]:
    """Make an upload with its first history entry: one statement."""
    text, rows = upserts(tag, count)
    async with bare_pool(dsn) as pool:
        return await repeated(
            lambda number: pool.fetchrow(text, *rows[number]),
            at_once=CONNECTIONS,
            count=count,
            seconds=seconds,
            warm_seconds=warm_seconds,
        )


async def bare_select(
    *, dsn: str, tag: str, count: int, seconds: float, warm_seconds: float
) -> dict[str, object]:
    """Read one upload by its key and its owner."""
    text = on_bare_tables(load("uploads.sql")["get_upload"])
    keys = [(Item(tag, number).upload_id, Item(tag, number).user) for number in range(count)]
    async with bare_pool(dsn) as pool:
        return await repeated(
            lambda number: pool.fetchrow(text, *keys[number % count]),
            at_once=CONNECTIONS,
            count=10**9,
            seconds=seconds,
            warm_seconds=warm_seconds,
        )


async def bare_completion(
    *, dsn: str, tag: str, count: int, seconds: float, warm_seconds: float
) -> dict[str, object]:
    """Complete waiting uploads: begin, claim, complete, commit."""
    completing = Completing.of(tag, count)
    async with bare_pool(dsn) as pool:
        return await repeated(
            partial(completing.one, pool),
            at_once=CONNECTIONS,
            count=count,
            seconds=seconds,
            warm_seconds=warm_seconds,
        )


def upserts(tag: str, count: int) -> tuple[str, list[Sequence[object]]]:
    """Prepare what makes an upload: the statement, and its arguments for each of so many."""
    query = load("uploads.sql")["insert_by_user_md5"]
    rows = [query.arguments(upsert_values(Item(tag, number))) for number in range(count)]
    return on_bare_tables(query), rows


@dataclass(frozen=True, slots=True)
class Completing:
    """What completes a tag's uploads, prepared: two statements and their arguments."""

    claim: str
    complete: str
    claims: Sequence[Sequence[object]]
    completions: Sequence[Sequence[object]]

    @classmethod
    def of(cls, tag: str, count: int) -> Self:
        """Prepare so many."""
        sql, items = load("inbox.sql"), [Item(tag, number) for number in range(count)]
        claim, complete = sql["claim"], sql["mark_completed"]
        return cls(
            on_bare_tables(claim),
            on_bare_tables(complete),
            [claim.arguments(claim_values(item)) for item in items],
            [complete.arguments(completion_values(item)) for item in items],
        )

    async def one(self, pool: "asyncpg.Pool[asyncpg.Record]", number: int) -> None:
        """Complete one that waits, in four round trips."""
        async with pool.acquire() as connection, connection.transaction():
            await connection.fetchrow(self.claim, *self.claims[number])
            done = await connection.fetchrow(self.complete, *self.completions[number])
        assert done is not None
        assert done["uploads"] == 1, "a bare completion completed nothing"


def upsert_values(item: Item) -> Mapping[str, object]:
    """What a new Init writes."""
    return {
        "user_id": item.user,
        "bucket": BUCKET,
        "object_name": item.object_name,
        "filename": f"{item.tag}.mp4",
        "content_type": CONTENT_TYPE,
        "declared_size": SIZE_BYTES,
        "content_md5": item.md5_hex,
        "duration_seconds": 12,
        "traceparent": f"00-{item.md5_hex}-{item.md5_hex[:16]}-01",
        "session_life": timedelta(days=7, minutes=15),
        **_history("user", "init", "insert", {}),
    }


def claim_values(item: Item) -> Mapping[str, object]:
    """What an arrival is claimed with."""
    return {
        "dedup_key": item.dedup_key,
        "message_id": str(item.number),
        "payload": item.push_body(),
        "actor": "push",
        "bucket": BUCKET,
        "object_name": item.object_name,
        "generation": item.generation,
    }


def completion_values(item: Item) -> Mapping[str, object]:
    """What a completion writes: upload, a video of its own, history, two events, the inbox."""
    now, video_id = datetime.now(UTC), uuid.uuid4()
    return {
        "upload_id": item.upload_id,
        "version": 1,
        "video_id": video_id,
        "video_created": True,
        "video_version_before": 0,
        "title": "holiday",
        "description": "",
        "raw_file_reference": f"gs://{BUCKET}/{item.object_name}",
        "content_type": CONTENT_TYPE,
        "size_bytes": SIZE_BYTES,
        "generation": item.generation,
        "generation_text": str(item.generation),
        "etag": "CJ+x",
        "md5_hash": item.md5_hex,
        "crc32c": "yZRlqg==",
        "at": now,
        "dedup_key": item.dedup_key,
        "outcome": "completed",
        **_history("push", "finalize", "replace", {"outcome": "completed", "made": True}),
        **_events(item, video_id, now),
    }


def _history(
    actor: str, request: str, decision: str, detail: Mapping[str, object]
) -> Mapping[str, object]:
    return {"actor": actor, "request": request, "decision": decision, "detail": json.dumps(detail)}


def _events(item: Item, video_id: uuid.UUID, now: datetime) -> Mapping[str, object]:
    return {
        **_event(1, "upload", item.upload_id, "video.upload.completed", now),
        **_event(2, "video", video_id, "video.created", now),
    }


def _event(
    place: int, aggregate: str, aggregate_id: uuid.UUID, event_type: str, now: datetime
) -> Mapping[str, object]:
    event_id = uuid.uuid4()
    return {
        f"event_id_{place}": event_id,
        f"aggregate_type_{place}": aggregate,
        f"aggregate_id_{place}": aggregate_id,
        f"event_type_{place}": event_type,
        f"payload_{place}": _PAYLOAD,
        f"headers_{place}": json.dumps({"event_id": str(event_id), "version": "1"}),
        f"occurred_at_{place}": now,
    }
