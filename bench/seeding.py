"""Rows that scenarios start from, in the product's tables and in those of the bare parts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import asyncpg

from bench.items import BUCKET, CONTENT_TYPE, SIZE_BYTES, Item

Schema = Literal["catalog", "bare"]
_TABLES = (
    "uploads",
    "upload_events",
    "videos",
    "inbox_events",
    "outbox_events",
    "object_deletions",
)
_KEYS = (
    "ALTER TABLE bare.uploads ADD PRIMARY KEY (upload_id)",
    "ALTER TABLE bare.uploads ADD UNIQUE (user_id, content_md5)",
    "ALTER TABLE bare.uploads ADD UNIQUE (bucket, object_name)",
    "ALTER TABLE bare.videos ADD PRIMARY KEY (video_id)",
    "ALTER TABLE bare.inbox_events ADD PRIMARY KEY (source, dedup_key)",
    "ALTER TABLE bare.outbox_events ADD PRIMARY KEY (id), ADD UNIQUE (event_id)",
    "ALTER TABLE bare.object_deletions ADD PRIMARY KEY (bucket, object_name, generation)",
)
_COLUMNS = (
    "upload_id",
    "user_id",
    "bucket",
    "object_name",
    "original_filename",
    "content_type",
    "expected_size",
    "content_md5",
    "status",
    "session_expires_at",
    "gcs_generation",
    "size_bytes",
    "md5_hash",
    "completed_at",
)


async def make_bare_schema(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Copy the tables, but not their keys: those are said here.

    So an index that the product lacks is not missing from what it is measured against.
    """
    await connection.execute("CREATE SCHEMA bare")
    for table in _TABLES:
        await connection.execute(
            f"CREATE TABLE bare.{table} (LIKE catalog.{table} INCLUDING DEFAULTS"
            " INCLUDING IDENTITY INCLUDING GENERATED INCLUDING CONSTRAINTS)"
        )
    for key in _KEYS:
        await connection.execute(key)


async def make_uploads(
    connection: "asyncpg.Connection[asyncpg.Record]",
    items: Sequence[Item],
    *,
    schema: Schema = "catalog",
    completed: bool = False,
) -> None:
    """Make an upload of each item, waiting or completed, and let the planner know."""
    now = datetime.now(UTC)
    await connection.copy_records_to_table(
        "uploads",
        schema_name=schema,
        columns=_COLUMNS,
        records=[_row(item, now, completed=completed) for item in items],
    )
    await connection.execute(f"ANALYZE {schema}.uploads")


def _row(item: Item, now: datetime, *, completed: bool) -> tuple[object, ...]:
    stored = (
        (str(item.generation), SIZE_BYTES, item.md5_hex, now)
        if completed
        else (None, 0, None, None)
    )
    return (
        item.upload_id,
        item.user,
        BUCKET,
        item.object_name,
        f"{item.tag}.mp4",
        CONTENT_TYPE,
        SIZE_BYTES,
        item.md5_hex,
        "completed" if completed else "pending",
        now + timedelta(days=7),
        *stored,
    )
