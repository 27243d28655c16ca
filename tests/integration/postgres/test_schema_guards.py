"""What the schema refuses, whoever writes to it, and what it keeps true by itself."""

import uuid
from typing import TypeAlias

import asyncpg
import pytest

from tests.support.world import World

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@pytest.mark.parametrize(
    "change",
    [
        "status = 'gone'",
        "status = 'failed', error_code = NULL",
        "status = 'completed', gcs_generation = NULL",
        "status = 'completed', gcs_generation = '1', completed_at = NULL",
        "content_md5 = upper(content_md5)",
        "content_md5 = 'abc'",
        "expected_size = -1",
        "bytes_reported = -1",
        "attempt = 0",
        "version = 0",
        "duration_seconds = -1",
        "session_expires_at = NULL",
    ],
)
async def test_an_upload_that_makes_no_sense_is_refused(
    world: World, pool: Pool, change: str
) -> None:
    upload = await world.waiting(content_md5_hex="a" * 32)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await pool.execute(f"UPDATE catalog.uploads SET {change}")
    assert await world.now(upload) == upload


async def test_an_upload_cannot_point_to_a_video_that_is_not_there(
    world: World, pool: Pool
) -> None:
    await world.waiting()
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await pool.execute("UPDATE catalog.uploads SET video_id = $1", uuid.uuid4())


async def test_the_time_of_the_last_change_is_kept_whoever_writes(world: World, pool: Pool) -> None:
    upload = await world.waiting()
    await pool.execute("UPDATE catalog.uploads SET updated_at = '2000-01-01'")
    assert (await world.now(upload)).updated_at >= upload.updated_at


async def test_a_shard_follows_from_the_aggregate_and_there_are_64(pool: Pool) -> None:
    await pool.execute(
        "INSERT INTO catalog.outbox_events (aggregate_type, aggregate_id, event_type, payload)"
        " SELECT 'upload', gen_random_uuid(), 'x', '' FROM generate_series(1, 2000)"
    )
    rows = await pool.fetch("SELECT aggregate_id, shard FROM catalog.outbox_events")
    assert {row["shard"] for row in rows} == set(range(64))
    assert all(row["aggregate_id"].bytes[15] % 64 == row["shard"] for row in rows)
