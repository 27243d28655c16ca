"""`catalog trace`: an upload's own story, on the real service and by the real command."""

import uuid
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.forget_upload import ForgetUpload
from catalog.application.trace_upload import TraceUpload, UploadTrace
from catalog.client import CatalogClient, Uploader, UploadOptions
from catalog.domain.upload import Upload
from tests.e2e.operators import Desk, Operator, desk
from tests.support.builders import a_stored_object, an_md5
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.service import Service
from tests.support.sql_ledger import SqlLedger
from tests.support.world import World

__all__ = ["desk", "emptied_database", "shared_database"]
Pool = asyncpg.Pool


@pytest.fixture
def database(emptied_database: str) -> str:
    """One for all tests: cheaper than a clone a test."""
    return emptied_database


@pytest.fixture
def world(store: PostgresStore, pool: "Pool[asyncpg.Record]") -> World:
    return World(store, SqlLedger(pool))


async def _trace(world: World, upload: Upload, limit: int = 1000) -> UploadTrace:
    assert isinstance(world.store, PostgresStore)
    return await TraceUpload(world.store)(str(upload.upload_id), limit)


def _spoken(trace: UploadTrace) -> list[str]:
    return [f"{line.who}: {line.what} -> {line.result}" for line in trace.story]


async def test_a_real_upload_reads_as_one_story_in_the_order_of_time(
    live: Service, tmp_path: Path
) -> None:
    file = tmp_path / "film [bold].mp4"
    file.write_bytes(b"film" * 100_000)
    async with CatalogClient(live.target, str(uuid.uuid4())) as client:
        result = await Uploader(client).upload(file, UploadOptions(watch=True))
    await live.database.execute(
        "UPDATE catalog.outbox_events SET published_at = now()"
        " WHERE event_type = 'video.upload.completed'"
    )
    operator = Operator(live.dsn, tmp_path)

    trace = await operator.told("trace", result.upload_id)
    shown = await operator.run("trace", result.upload_id)

    assert trace["upload"]["status"] == "completed"
    assert trace["video"]["status"] == "processing"
    assert trace["cut"] is False
    times = [datetime.fromisoformat(each["at"]) for each in trace["story"]]
    assert times == sorted(times)
    told = [f"{each['kind']}: {each['what']} -> {each['result']}" for each in trace["story"]]
    assert told[0] == "decision: init -> insert"
    assert told[-5:] == [
        "push: object stored -> completed",
        "decision: finalize -> complete",
        "event: video.upload.completed -> announced",
        "event: video.created -> waiting",
        "event: video.upload.completed -> published",
    ]
    assert (shown.code, shown.err) == (0, "")
    assert "film [bold].mp4" in shown.out
    words = ["insert", "object stored", " complete ", "announced", "published"]
    assert sorted(words, key=shown.out.index) == words


async def test_a_refused_object_and_its_deletion_are_part_of_the_story(world: World) -> None:
    upload = await world.failed()
    await world.removal.remove(
        upload.ref, (await world.ledger.tombstones(upload.ref))[0].generation
    )

    assert _spoken(await _trace(world, upload)) == [
        "user: init -> insert",
        "push: object stored -> failed",
        "push: finalize -> fail",
        "gc: delete object -> queued",
        "relay: video.upload.failed -> waiting",
        "gc: delete object -> deleted",
    ]


async def test_an_object_that_came_before_its_upload_is_found_by_its_name(
    world: World, pool: "Pool[asyncpg.Record]"
) -> None:
    lost = await world.waiting()
    await pool.execute("DELETE FROM catalog.uploads")
    await world.finalize(a_stored_object(lost))
    upload = await world.waiting(user=lost.user_id, md5=lost.md5)

    assert _spoken(await _trace(world, upload)) == [
        "push: object stored -> unknown_object",
        "user: init -> insert",
    ]


async def test_a_parked_event_says_since_when_and_why(
    world: World, pool: "Pool[asyncpg.Record]"
) -> None:
    upload = await world.completed()
    await pool.execute(
        "UPDATE catalog.outbox_events SET parked_at = now(), last_error = 'no topic'"
    )

    last = (await _trace(world, upload)).story[-1]

    assert (last.result, last.detail["reason"]) == ("parked", "no topic")


async def test_a_forgotten_upload_keeps_its_story(world: World) -> None:
    upload = await world.completed()
    world.objects.live.clear()
    assert isinstance(world.store, PostgresStore)
    await ForgetUpload(world.store, world.objects)(str(upload.upload_id))

    trace = await _trace(world, upload)

    assert trace.upload is None
    assert _spoken(trace) == [
        "user: init -> insert",
        "push: object stored -> completed",
        "push: finalize -> complete",
        "relay: video.upload.completed -> waiting",
        "relay: video.created -> waiting",
        "operator: forget -> replace",
        "gc: delete object -> queued",
        "gc: delete object -> deleted",
    ]


async def test_published_events_are_found_among_those_of_others(
    world: World, pool: "Pool[asyncpg.Record]"
) -> None:
    upload, other = await world.completed(), await world.completed()
    await pool.execute("UPDATE catalog.outbox_events SET published_at = now()")

    trace = await _trace(world, upload)

    assert {each.aggregate_id for each in trace.events} == {upload.upload_id, upload.video_id}
    assert len(trace.events) == 2
    assert other.upload_id not in {each.aggregate_id for each in trace.events}


async def test_a_long_story_is_cut_to_its_newest_lines_and_says_so(
    world: World, database: str, tmp_path: Path
) -> None:
    upload = await world.waiting()
    for _ in range(3):
        await world.init_again(upload)
    completed = await world.finalize(a_stored_object(upload, md5=an_md5()))

    trace = await _trace(world, upload, limit=2)
    arguments = ("trace", str(upload.upload_id), "--limit", "2")
    shown = await Operator(database, tmp_path).run(*arguments)

    assert shown.err == "catalog: older lines were left out: --limit 20\n"
    assert completed.effect == "failed"
    assert trace.cut
    assert "user: init -> insert" not in _spoken(trace)
    assert "push: finalize -> fail" in _spoken(trace)
    whole = await _trace(world, upload, limit=5)
    assert not whole.cut
    assert _spoken(whole).count("user: init -> duplicate") == 3


def test_a_story_may_be_longer_than_a_page_of_a_list(desk: Desk, database: str) -> None:
    arguments = ("trace", str(uuid.uuid4()), "--limit", "100000")
    desk.refuses(database, arguments, 1, "no such upload")


@pytest.mark.parametrize(
    ("upload_id", "code", "words"),
    [(str(uuid.uuid4()), 1, "no such upload"), ("x", 2, "upload_id")],
    ids=["absent", "malformed"],
)
def test_what_was_never_there_is_one_line(
    desk: Desk, database: str, upload_id: str, code: int, words: str
) -> None:
    desk.refuses(database, ("trace", upload_id), code, words)


def test_a_database_that_is_not_there_is_one_line_without_its_address(desk: Desk) -> None:
    address = "postgresql://me:hunter2@127.0.0.1:1/nowhere"
    desk.refuses(address, ("trace", str(uuid.uuid4())), 1, "the database cannot be used")
