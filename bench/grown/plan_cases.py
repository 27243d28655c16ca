"""What the named queries are asked with, and how much of large tables each may read."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources

from bench.grown.model import Fate, Grown, arrivals, of_the_busiest, some
from bench.grown.plans import GROWING, MODES, Answer, Connection, answer_of
from bench.items import BUCKET, CONTENT_TYPE, SIZE_BYTES
from catalog.adapters.postgres.queries import Query, load

_GROWING = re.compile(rf"catalog\.({'|'.join(GROWING)})\b")
MOST_ROWS = 32
"""Of all growing tables together, for a query about one thing."""
PAGE, SWEPT, PRUNED = 100, 1_000, 500
Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Case:
    """Why a query may read more than a few rows, and what it is asked with beside the usual."""

    most_rows: int = MOST_ROWS
    values: Values = field(default_factory=dict)
    because: str = ""
    whole: frozenset[str] = frozenset()
    """Tables that may be read from the start, as the query stops at a number of rows."""


@cache
def queries() -> Mapping[str, Query]:
    """Give every named query that has to do with a table that grows."""
    folder = resources.files("catalog.adapters.postgres.sql")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    every = (load(name).items() for name in names if name != "fragments.sql")
    return {name: query for found in every for name, query in found if _GROWING.search(query.text)}


def values_of(query: Query, rows: int) -> Values:
    """Ask with rows that are there, so that what is read is what such a call reads."""
    usual = {**_of_item(of_the_busiest(rows), rows), **_of_pages()}
    if "object_names" in query.parameters:
        usual |= _of_sweep(rows)
    asked = {**usual, **CASES.get(query.name, Case()).values}
    return {name: asked[name] for name in query.parameters}


async def faults(connection: Connection, rows: int) -> Sequence[str]:
    """Answer every query both ways; name those that read what they need not read."""
    found = list[str]()
    for query in queries().values():
        for mode in MODES:
            answer = await answer_of(connection, query, values_of(query, rows), mode)
            found += faults_of(answer, strict=False)
    return found


def faults_of(answer: Answer, *, strict: bool = True) -> Sequence[str]:
    """Say what is wrong with an answer; nothing for a good one.

    If not `strict`, a table may be read whole that is as short as what may be read of it.
    """
    case, found = CASES.get(answer.query, Case()), list[str]()
    whole = sorted(answer.read_whole - case.whole)
    if whole and strict:
        found.append(f"{answer.query} ({answer.mode}) reads {', '.join(whole)} whole")
    if answer.rows > case.most_rows:
        found.append(f"{answer.query} ({answer.mode}) reads {answer.rows} rows")
    return found


def _of_item(item: Grown, rows: int) -> Values:
    completed, known = some(rows, 1, Fate.COMPLETED)[0], arrivals(rows, 1)[0]
    return {
        **_of_change(item.upload_id),
        **_of_declaration(),
        "upload_id": item.upload_id,
        "upload_ids": [item.upload_id],
        "user_id": item.user,
        "content_md5": item.md5_hex,
        "md5_hash": item.md5_hex,
        "bucket": BUCKET,
        "object_name": item.object_name,
        "generation": item.generation,
        "generation_text": str(item.generation),
        "source": "gcs",
        "dedup_key": known.dedup_key,
        "dedup_keys": [known.dedup_key],
        "key_prefix": f"{BUCKET}/{item.object_name}#",
        "aggregates": [item.upload_id],
        "video_id": completed.video_id,
    }


def _of_change(upload_id: uuid.UUID) -> Values:
    now, other = datetime.now(UTC), uuid.uuid4()
    event = {"aggregate_type": "video", "aggregate_id": other, "event_type": "e"}
    history = {"actor": "push", "request": "finalize", "decision": "complete", "detail": "{}"}
    return {
        **event,
        **history,
        "version": 1,
        "at": now,
        "times": [now],
        "occurred_at": now,
        **_of_event(1, upload_id, now),
        **_of_event(2, other, now),
        "event_id": uuid.uuid4(),
        "payload": b"p",
        "headers": "{}",
    }


def _of_event(place: int, aggregate_id: uuid.UUID, now: datetime) -> Values:
    event = {
        "event_id": uuid.uuid4(),
        "aggregate_type": "upload",
        "aggregate_id": aggregate_id,
        "event_type": "e",
        "payload": b"p",
        "headers": "{}",
        "occurred_at": now,
    }
    return {f"{name}_{place}": value for name, value in event.items()}


def _of_declaration() -> Values:
    """What clients, buckets and operators say, none of which is searched for."""
    texts = {"code": "MD5_MISMATCH", "message": "m", "reason": "r", "error": "e", "result": "r"}
    video = {"title": "t", "description": "", "raw_file_reference": f"gs://{BUCKET}/x"}
    counts = ("resume_count", "offset_mismatch_count", "precondition_failed_count")
    return {
        **texts,
        **video,
        **dict.fromkeys((*counts, "bytes_persisted", "declared_size", "duration_seconds"), 1),
        "video_created": True,
        "video_version_before": 0,
        "content_type": CONTENT_TYPE,
        "size_bytes": SIZE_BYTES,
        "etag": "e",
        "crc32c": "c",
        "message_id": "1",
        "outcome": "completed",
        "filename": "f",
        "traceparent": None,
        "session_life": timedelta(days=7),
        "seen_at": None,
        "wait": timedelta(minutes=1),
    }


def _of_sweep(rows: int) -> Values:
    """Name a thousand objects of a small part of all names, as a page of the bucket does."""
    found = sorted(some(rows, 20 * SWEPT), key=lambda item: item.object_name)[:SWEPT]
    return {
        "object_names": [item.object_name for item in found],
        "generations": [item.generation for item in found],
    }


def _of_pages() -> Values:
    return {
        "page_limit": PAGE,
        "limit": PAGE,
        "behind": 1_000_000,
        "behind_at": None,
        "behind_source": "",
        "behind_key": "",
        "behind_id": None,
        "behind_generation": 0,
        "behind_bucket": BUCKET,
        "behind_name": "videos/8",
        "status": None,
        "owner": uuid.uuid4(),
        "name": "walk",
        "position": "p",
        "counts": "{}",
        "lease": timedelta(minutes=2),
        "margin": timedelta(minutes=15),
        "session_margin": timedelta(minutes=15),
        "age": timedelta(0),
        "quarantine_age": timedelta(days=90),
        "keep": timedelta(days=31),
        "shards": list(range(64)),
        "marks": [0] * 64,
        "busy": [],
        "per_shard": 15,
        "ids": list(range(1_000_001, 1_000_101)),
        "attempts": [1] * 100,
        "reasons": ["r"] * 100,
        "waits": [1] * 100,
        "parked": [False] * 100,
        "state": None,
        "buckets": [BUCKET],
        "stuck_after": 10,
    }


_OPEN = 120_000
_NEW: Values = {"video_id": uuid.UUID(int=1), "user_id": uuid.UUID(int=2)}
CASES: Mapping[str, Case] = {
    "mark_completed": Case(values=_NEW),
    "create_video": Case(values=_NEW),
    "look_up_objects": Case(3 * SWEPT, because="a page of the bucket"),
    "waiting_uploads": Case(2 * PAGE, because="a page"),
    "completed_uploads": Case(2 * PAGE, because="a page, and what is not completed among it"),
    "page_of_uploads": Case(2 * PAGE, because="a page"),
    "page_of_events": Case(6 * PAGE, because="a page of ids, then of rows"),
    "page_of_inbox": Case(2 * PAGE, {"outcome": None}, because="a page"),
    "page_of_quarantine": Case(2 * PAGE, because="a page of what is open"),
    "history_of_upload": Case(2 * PAGE, because="a page"),
    "claim_expired_sessions": Case(4 * PAGE, because="a page, once to find and once to change"),
    "claim_due_deletions": Case(4 * PAGE, because="a page, once to find and once to change"),
    "mark_published": Case(2 * PAGE, because="a hundred at a time"),
    "postpone": Case(2 * PAGE, because="a hundred at a time"),
    "prune": Case(4 * PAGE, because="a page, once to find and once to remove"),
    "prune_inbox": Case(4 * PRUNED, {"page_limit": PRUNED}, "a page, found and removed"),
    "prune_history": Case(4 * PRUNED, {"page_limit": PRUNED}, "a page, found, locked and removed"),
    "prune_failed_uploads": Case(
        5 * PRUNED, {"page_limit": PRUNED}, "a page with its tombstones, found and removed"
    ),
    "prune_tombstones": Case(
        4 * PRUNED, {"page_limit": PRUNED}, "a page with its uploads, found and removed or kept"
    ),
    "events_of_aggregates": Case(
        20_000, because="the block ranges that events of such a time may be in"
    ),
    "redrive_parked": Case(_OPEN, because="looks for what is parked among what is open"),
    "choose": Case(64 * 15 * 3, because="some of every shard, with what is before them"),
    "levels": Case(
        _OPEN,
        because="counts what is open and what was deleted, up to 100,000 of each",
        whole=frozenset({"object_deletions"}),
    ),
    "backlog": Case(_OPEN, because="counts what is open, up to 10,000 of each"),
    "open_deletions": Case(_OPEN, because="sorts what is open"),
}
