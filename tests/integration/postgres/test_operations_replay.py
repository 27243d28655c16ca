"""Replays on real PostgreSQL: each row ends where its push would have, and says what is missing."""

import asyncio

import asyncpg
import pytest

from catalog.adapters.http.push_envelope import KEPT_BYTES
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.inspect_inbox import EventNotKeptError, InspectInbox
from catalog.application.records import Quarantined
from catalog.application.replay_push import Replay, ReplayPush
from catalog.domain.upload import Upload, UploadStatus
from catalog.emulator.part_file import b64
from catalog.runtime.config import Config
from catalog.runtime.replaying import replay_push
from catalog.runtime.settings import GcsSettings
from tests.support.builders import BUCKET, a_stored_object
from tests.support.world import World
from tests.unit.adapters.http.pushes import a_push, a_resource, attributes, body

Pool = asyncpg.Pool


@pytest.fixture
def replay(store: PostgresStore) -> ReplayPush:
    return replay_push(Config(gcs=GcsSettings(bucket=BUCKET)), store)


def _push_of(upload: Upload, **changes: object) -> bytes:
    name, generation = upload.ref.name, "7"
    md5 = b64(bytes.fromhex(upload.md5.hex))
    resource = a_resource(name=name, generation=generation, md5Hash=md5, **changes)
    attrs = attributes(objectId=name, objectGeneration=generation)
    return body(a_push(resource, attrs))


async def _set_aside(world: World, key: str, payload: bytes, reason: str = "size") -> str:
    async with world.store.autocommit() as statements:
        await statements.inbox.quarantine(Quarantined(key, None, payload, reason))
    return key


async def _all(replay: ReplayPush) -> list[Replay]:
    return [each async for each in replay.all_quarantined()]


async def test_an_object_of_no_upload_ends_right_once_its_upload_is_there(
    world: World, replay: ReplayPush, pool: "Pool[asyncpg.Record]"
) -> None:
    lost = await world.waiting()
    await pool.execute("DELETE FROM catalog.uploads")
    stored = a_stored_object(lost, generation=7)
    await world.finalize(stored, payload=_push_of(lost))

    too_early = await replay(stored.dedup_key)
    upload = await world.waiting(user=lost.user_id, md5=lost.md5)
    done = await replay(stored.dedup_key)
    again = await replay(stored.dedup_key)

    assert (too_early.state, too_early.is_settled) == ("unknown_object", False)
    assert (done.state, done.result) == ("replayed", "completed")
    assert done.upload_id == str(upload.upload_id)
    assert (again.state, again.result) == ("settled", "completed")
    assert (await world.now(upload)).status is UploadStatus.COMPLETED


async def test_everything_in_quarantine_is_tried_once_and_the_rest_stays_with_its_reason_of_today(
    world: World, replay: ReplayPush
) -> None:
    upload = await world.waiting()
    await _set_aside(world, "msg:1", _push_of(upload, size="many"), reason="foreign_bucket")
    await _set_aside(world, "msg:2", _push_of(upload))
    await _set_aside(world, "msg:3", b"\x00\xff", reason="not_utf8")

    results = await _all(replay)

    assert [(each.key, each.state) for each in results] == [
        ("msg:1", "unusable"),
        ("msg:2", "replayed"),
        ("msg:3", "unusable"),
    ]
    rows = [await world.ledger.inbox(f"msg:{n}", "gcs-quarantine") for n in (1, 2, 3)]
    assert [row and (row.outcome, row.last_error) for row in rows] == [
        ("quarantined", "size"),
        ("replayed", f"size; replayed as {upload.ref.bucket}/{upload.ref.name}#7: completed"),
        ("quarantined", "not_utf8"),
    ]
    assert [each.key for each in await _all(replay)] == ["msg:1", "msg:3"]


async def test_a_replay_is_told_apart_in_the_history(world: World, replay: ReplayPush) -> None:
    upload = await world.waiting()
    await replay(await _set_aside(world, "msg:1", _push_of(upload)))

    history = await world.ledger.history(upload.upload_id)

    assert [each.actor for each in history] == ["user", "replay"]


async def test_replays_and_the_push_itself_at_once_make_one_completion(
    world: World, replay: ReplayPush
) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload, generation=7)
    await _set_aside(world, "msg:1", _push_of(upload))

    results = await asyncio.gather(
        *(replay("msg:1") for _ in range(4)), *(world.finalize(stored) for _ in range(4))
    )

    assert len(results) == 8
    assert (await world.events_of(upload)) == ["video.upload.completed"]
    row = await world.ledger.inbox("msg:1", "gcs-quarantine")
    assert row is not None
    assert row.outcome == "replayed"


async def test_a_body_whose_end_was_not_kept_cannot_be_replayed(
    world: World, replay: ReplayPush
) -> None:
    payload = body(a_push(subscription_note="x" * 100_000))[:KEPT_BYTES]
    await _set_aside(world, "sha256:00", payload, reason="body_too_large")

    result = await replay("sha256:00")

    assert (result.state, result.is_settled) == ("truncated", False)
    assert "cannot be replayed" in result.result
    row = await world.ledger.inbox("sha256:00", "gcs-quarantine")
    assert row is not None
    assert (row.outcome, row.last_error) == ("quarantined", "body_too_large")


async def test_an_event_that_is_none_of_ours_is_settled_by_that(
    world: World, replay: ReplayPush
) -> None:
    deleted = body(a_push(attrs=attributes(eventType="OBJECT_DELETE")))
    result = await replay(await _set_aside(world, "msg:1", deleted, reason="event_type"))

    assert (result.state, result.result) == ("replayed", "OBJECT_DELETE")


async def test_what_a_sweep_reported_has_no_body_to_replay(
    world: World, replay: ReplayPush, pool: "Pool[asyncpg.Record]"
) -> None:
    lost = await world.waiting()
    await pool.execute("DELETE FROM catalog.uploads")
    stored = a_stored_object(lost)
    await world.finalize(stored, actor="sweep", payload=None, message_id=None)

    assert (await replay(stored.dedup_key)).state == "empty"


async def test_a_key_that_is_not_kept_is_said_so(replay: ReplayPush) -> None:
    with pytest.raises(EventNotKeptError):
        await replay("msg:absent")


async def test_pages_of_the_inbox_put_together_are_the_whole_newest_first(
    world: World, store: PostgresStore, pool: "Pool[asyncpg.Record]"
) -> None:
    keys = [await _set_aside(world, f"msg:{n}", b"{}") for n in range(5)]
    await pool.execute("UPDATE catalog.inbox_events SET received_at = now()")
    upload = await world.waiting()
    await world.finalize(a_stored_object(upload))
    inbox = InspectInbox(store)

    seen: list[str] = []
    while page := await inbox.page("quarantined", seen[-1] if seen else None, 2):
        seen += [each.key.dedup_key for each in page]

    assert seen == sorted(keys, reverse=True)
    newest = (await inbox.page(None, None, 1))[0]
    assert newest.outcome == "completed"
