"""The last release on today's schema: during a rollout, and after a rollback, it runs on it."""

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import asyncpg
import pytest

from catalog.adapters.postgres.rows import history_values, upload_from
from catalog.application.records import Arrival, HistoryEntry, InitFacts
from catalog.devstack.postgres import Cluster
from catalog.domain.upload import Decision, Upload, UploadStatus
from catalog.runtime import migrations
from tests.integration.postgres.released_sql import ReleasedSql, released_queries
from tests.support.builders import a_stored_object, an_arrival, an_md5, init_facts
from tests.support.world import World

INIT = history_values(HistoryEntry("user", "init", Decision.INSERT))
FINALIZE = history_values(HistoryEntry("push", "finalize", Decision.COMPLETE))


@pytest.fixture
async def released(database: str) -> AsyncIterator[ReleasedSql]:
    """The release's SQL on a connection of its own."""
    connection = await asyncpg.connect(database)
    yield ReleasedSql(connection)
    await connection.close()


def _event(upload: Upload, at: datetime) -> dict[str, object]:
    """Spell one event as the release does."""
    return {
        "event_ids": [uuid.uuid4()],
        "aggregate_types": ["upload"],
        "aggregate_ids": [upload.upload_id],
        "event_types": ["video.upload.completed"],
        "payloads": [b"event"],
        "headers": ["{}"],
        "occurred_ats": [at],
    }


def _init(facts: InitFacts) -> dict[str, object]:
    return {
        "user_id": facts.user_id,
        "bucket": facts.ref.bucket,
        "object_name": facts.ref.name,
        "content_md5": facts.md5.hex,
        **_declared(facts),
        **INIT,
    }


def _declared(facts: InitFacts) -> dict[str, object]:
    return {
        "filename": facts.filename,
        "content_type": facts.content_type,
        "declared_size": facts.declared_size,
        "duration_seconds": facts.duration_seconds,
        "traceparent": facts.traceparent,
        "session_life": facts.session_life,
    }


async def _claim(released: ReleasedSql, arrival: Arrival) -> asyncpg.Record:
    stored = arrival.stored
    return await released.row(
        "claim",
        dedup_key=stored.dedup_key,
        message_id=arrival.message_id,
        payload=arrival.payload,
        actor=arrival.actor,
        bucket=stored.ref.bucket,
        object_name=stored.ref.name,
        generation=stored.generation,
    )


async def _complete(released: ReleasedSql, upload: Upload) -> Sequence[int]:
    """Claim the right object and complete its upload, making a video; what was written."""
    stored = a_stored_object(upload)
    claim = await _claim(released, an_arrival(stored))
    assert (claim["won"], claim["tombstoned"]) == (1, False)
    return tuple(
        await released.row(
            "mark_completed",
            upload_id=claim["upload_id"],
            version=claim["version"],
            video_id=uuid.uuid4(),
            video_created=True,
            video_version_before=0,
            title="Holiday",
            description="",
            raw_file_reference=stored.ref.uri,
            content_type=stored.content_type,
            size_bytes=stored.size_bytes,
            generation=stored.generation,
            generation_text=str(stored.generation),
            etag=stored.etag,
            md5_hash=upload.md5.hex,
            crc32c=stored.crc32c,
            at=claim["at"],
            dedup_key=stored.dedup_key,
            outcome="completed",
            **FINALIZE,
            **_event(upload, claim["at"]),
        )
    )


async def _publish(released: ReleasedSql) -> int:
    """Choose what waits and mark it published, as a relay that holds all shards."""
    shards = list(range(64))
    chosen = await released.rows("choose", shards=shards, marks=[0] * 64, busy=[], per_shard=10)
    await released.rows("mark_published", ids=[row["id"] for row in chosen])
    return len(chosen)


async def test_every_released_query_prepares_against_the_migrated_schema(
    each_version: Cluster,
) -> None:
    dsn = each_version.dsn("released")
    migrations.apply(dsn)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SET search_path = ''")
        queries = released_queries()
        assert len(queries) > 50
        for query in queries.values():
            prepared = await connection.prepare(query.text)
            assert len(prepared.get_parameters()) == len(query.parameters), query.name
    finally:
        await connection.close()


async def test_the_release_takes_an_upload_from_init_to_its_event(
    released: ReleasedSql, world: World
) -> None:
    facts = init_facts()
    made = upload_from(await released.row("insert_by_user_md5", **_init(facts)))
    assert await released.rows("insert_by_user_md5", **_init(facts)) == []
    locked = await released.row("lock_by_user_md5", user_id=made.user_id, content_md5=made.md5.hex)
    await released.row(
        "renew_upload",
        upload_id=locked["upload_id"],
        version=locked["version"],
        video_id=None,
        **_declared(facts),
        **INIT,
    )
    assert await _complete(released, made) == (1, 1, 0, 1, 1, 1)
    shown = await released.row("get_upload", upload_id=made.upload_id, user_id=made.user_id)
    assert (shown["status"], shown["version"]) == ("completed", 3)
    assert await _publish(released) == 1
    assert await _publish(released) == 0
    assert (await world.now(made)).status is UploadStatus.COMPLETED


async def test_the_release_completes_what_this_one_began(
    released: ReleasedSql, world: World
) -> None:
    upload = await world.waiting()
    await released.row(
        "report_progress",
        upload_id=upload.upload_id,
        user_id=upload.user_id,
        bytes_persisted=10,
        resume_count=1,
        offset_mismatch_count=0,
        precondition_failed_count=0,
    )
    assert (await world.now(upload)).status is UploadStatus.UPLOADING
    assert await _complete(released, upload) == (1, 1, 0, 1, 1, 1)
    assert (await world.init_again(upload)).start is None


async def test_the_release_claims_nothing_that_this_one_has_judged(
    released: ReleasedSql, world: World
) -> None:
    upload = await world.waiting()
    arrival = an_arrival(a_stored_object(upload, md5=an_md5()))
    await world.finalize(arrival.stored)
    assert (await _claim(released, arrival))["won"] == 0


async def test_this_one_completes_what_the_release_began(
    released: ReleasedSql, world: World
) -> None:
    upload = upload_from(await released.row("insert_by_user_md5", **_init(init_facts())))
    outcome = await world.finalize(a_stored_object(upload))
    assert outcome.effect == "completed"
    assert await _publish(released) == 2
