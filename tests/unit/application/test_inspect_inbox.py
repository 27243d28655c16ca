"""What operators are shown of the inbox."""

import pytest

from catalog.application.inspect_inbox import OUTCOMES, EventNotKeptError, InspectInbox
from catalog.application.records import Quarantined
from tests.support.builders import a_stored_object, an_md5, init_facts
from tests.support.world import World


async def set_aside(world: World, key: str, payload: bytes = b"{}") -> None:
    async with world.store.autocommit() as statements:
        await statements.inbox.quarantine(Quarantined(key, None, payload, "size"))


@pytest.fixture
def inbox(world: World) -> InspectInbox:
    return InspectInbox(world.store)


async def test_pages_follow_the_row_that_was_shown_last(world: World, inbox: InspectInbox) -> None:
    for number in range(5):
        await set_aside(world, f"msg:{number}")
    seen: list[str] = []
    while page := await inbox.page(None, seen[-1] if seen else None, 2):
        seen += [each.key.dedup_key for each in page]
    assert seen == [f"msg:{number}" for number in (4, 3, 2, 1, 0)]


async def test_every_outcome_can_be_asked_for(world: World, inbox: InspectInbox) -> None:
    upload = await world.waiting()
    stored, unknown = a_stored_object(upload), a_stored_object(init_facts())
    await world.finalize(stored)
    await world.finalize(unknown)
    await world.finalize(a_stored_object(await world.waiting(), md5=an_md5()))
    await set_aside(world, "msg:1")
    found = {
        outcome: [each.key.dedup_key for each in await inbox.page(outcome, None, 10)]
        for outcome in OUTCOMES
    }
    assert {outcome for outcome, keys in found.items() if keys} == {
        *("completed", "failed", "unknown_object", "quarantined"),
    }
    assert found["completed"] == [stored.dedup_key]
    assert found["unknown_object"] == [unknown.dedup_key]


async def test_a_row_is_shown_by_its_key_whichever_source_it_is_of(
    world: World, inbox: InspectInbox
) -> None:
    stored = a_stored_object(await world.waiting())
    await world.finalize(stored, payload=b"told")
    for key in ("msg:1", "sha256:00"):
        await set_aside(world, key, b"\xff")
    shown = [await inbox.show(key) for key in (stored.dedup_key, "msg:1", "sha256:00")]
    assert [each.payload for each in shown] == [b"told", b"\xff", b"\xff"]
    sources = [each.event.key.source for each in shown]
    assert sources == ["gcs", "gcs-quarantine", "gcs-quarantine"]


async def test_a_row_that_is_not_kept_is_said_so(inbox: InspectInbox) -> None:
    with pytest.raises(EventNotKeptError, match="msg:absent"):
        await inbox.show("msg:absent")
    with pytest.raises(EventNotKeptError):
        await inbox.page(None, "msg:absent", 10)
