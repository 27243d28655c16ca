"""Parked events by the real command: shown with their reasons, redriven or given up."""

import uuid

import asyncpg
import pytest

from catalog.adapters.postgres.store import PostgresStore
from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.application.finalize_upload import FinalizeUpload
from catalog.application.operate_outbox import (
    EventNotFoundError,
    EventNotParkedError,
    OperateOutbox,
)
from tests.e2e.operators import Desk, desk
from tests.support.builders import a_stored_object, an_arrival
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.sql_ledger import SqlLedger
from tests.support.world import World

__all__ = ["desk", "emptied_database", "shared_database"]
Pool = asyncpg.Pool
PARK = (
    "UPDATE catalog.outbox_events SET parked_at = now(), attempts = 20, last_error = 'NOT_FOUND'"
    " WHERE event_type = 'video.upload.completed'"
)


@pytest.fixture
def database(emptied_database: str) -> str:
    """One for all tests: cheaper than a clone a test."""
    return emptied_database


@pytest.fixture
async def parked(store: PostgresStore, pool: "Pool[asyncpg.Record]") -> str:
    """The id of a parked completion; the event of its video waits."""
    upload = await World(store, SqlLedger(pool)).waiting()
    finalize = FinalizeUpload(store, ProtobufEvents(), 10**9)
    await finalize(an_arrival(a_stored_object(upload)))
    await pool.execute(PARK)
    row = await pool.fetchrow("SELECT event_id FROM catalog.outbox_events ORDER BY id LIMIT 1")
    assert row is not None
    return str(row["event_id"])


def test_a_parked_event_is_listed_shown_and_redriven(
    parked: str, database: str, desk: Desk
) -> None:
    first = desk.told(database, "outbox", "list", "--limit", "1")
    second = desk.told(database, "outbox", "list", "--after", str(first["next_after"]))
    only = desk.told(database, "outbox", "list", "--state", "parked")
    shown = desk.told(database, "outbox", "show", parked)
    redriven = desk.told(database, "outbox", "redrive", parked)
    again = desk.run(database, ("outbox", "redrive", parked))

    assert [each["event_type"] for each in first["events"] + second["events"]] == [
        "video.upload.completed",
        "video.created",
    ]
    assert second["next_after"] is None
    assert [(each["event_id"], each["reason"]) for each in only["events"]] == [
        (parked, "NOT_FOUND")
    ]
    assert shown["payload"]["meta"]["event_id"] == parked
    assert shown["headers"]["event_id"] == parked
    assert (redriven["state"], redriven["attempts"]) == ("waiting", 0)
    assert (again.code, again.out) == (1, "")
    assert again.err == f"catalog: event {parked} is waiting, not parked\n"


async def test_what_is_settled_is_listed_only_when_it_is_asked_for(
    parked: str, store: PostgresStore, pool: "Pool[asyncpg.Record]"
) -> None:
    """Published events are kept for weeks: they would hide what waits for somebody."""
    outbox = OperateOutbox(store)
    for _ in range(3):
        await World(store, SqlLedger(pool)).completed()
    everything = [each.id for each in await outbox.page(None, 0, 10)]
    await pool.execute("UPDATE catalog.outbox_events SET published_at = now() WHERE id % 3 = 0")
    left = [each for each in everything if each % 3]

    assert [each.id for each in await outbox.unsettled(0, 10)] == left
    pages = [await outbox.unsettled(behind, 1) for behind in [0, *left]]
    assert [each.id for page in pages for each in page] == left


def test_all_events_are_a_state_too(parked: str, database: str, desk: Desk) -> None:
    desk.told(database, "outbox", "skip", parked)
    unsettled = desk.told(database, "outbox", "list")
    everything = desk.told(database, "outbox", "list", "--state", "all")

    assert [each["state"] for each in unsettled["events"]] == ["waiting"]
    assert [each["state"] for each in everything["events"]] == ["skipped", "waiting"]


def test_an_outbox_with_nothing_to_do_says_where_the_rest_is(database: str, desk: Desk) -> None:
    ended = desk.run(database, ("outbox", "list"))
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "catalog: no event waits or is parked; --state all lists the others\n"


def test_people_see_tables(parked: str, database: str, desk: Desk) -> None:
    listed = desk.run(database, ("outbox", "list", "--limit", "1"))
    shown = desk.run(database, ("outbox", "show", parked))

    assert "video.upload.completed" in listed.out
    assert "NOT_FOUND" in listed.out
    assert listed.err.startswith("catalog: there is more: --after ")
    assert '"raw_file_reference"' in shown.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "x"), 2, "must be a UUID"),
        (("show", str(uuid.UUID(int=1))), 1, "no such event"),
        (("redrive",), 2, "--all"),
        (("redrive", str(uuid.UUID(int=1)), "--all"), 2, "one EVENT_ID"),
        (("skip", str(uuid.UUID(int=1))), 1, "no such event"),
        (("list", "--state", "stuck"), 2, "--state"),
    ],
)
def test_what_is_asked_wrongly_is_one_line(
    desk: Desk, emptied_database: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    desk.refuses(emptied_database, ("outbox", *arguments), code, words)


async def test_a_skipped_event_is_given_up_and_only_once(parked: str, store: PostgresStore) -> None:
    outbox, event_id = OperateOutbox(store), uuid.UUID(parked)

    assert (await outbox.skip(event_id)).state == "skipped"
    with pytest.raises(EventNotParkedError):
        await outbox.skip(event_id)
    with pytest.raises(EventNotParkedError):
        await outbox.redrive(event_id)
    with pytest.raises(EventNotFoundError):
        await outbox.skip(uuid.uuid4())


async def test_all_that_is_parked_is_redriven_at_once(
    parked: str, store: PostgresStore, pool: "Pool[asyncpg.Record]"
) -> None:
    outbox = OperateOutbox(store)
    await pool.execute("UPDATE catalog.outbox_events SET parked_at = now()")

    assert await outbox.redrive_all() == 2
    assert await outbox.redrive_all() == 0
    assert [each.state for each in await outbox.page(None, 0, 10)] == ["waiting", "waiting"]
