"""The inbox as people see it: pages, bodies, and what becomes of quarantined pushes."""

from collections.abc import Sequence

import pytest

from catalog.application.operations_records import InboxKey, KeptEvent
from catalog.application.records import Quarantined
from tests.contract.subject import Subject
from tests.support.builders import a_stored_object, init_facts


def in_quarantine(key: str) -> InboxKey:
    return InboxKey("gcs-quarantine", key)


async def keep(subject: Subject, *keys: str) -> None:
    """Keep pushes at one moment in time."""
    async with subject.store.transaction() as statements:
        for key in keys:
            await statements.inbox.quarantine(Quarantined(key, "1", b"\x00\xff", "bad JSON"))


async def an_unknown_object(subject: Subject) -> str:
    """Bring news of an object that nobody expects."""
    stored = a_stored_object(init_facts())
    await subject.claim(stored)
    async with subject.store.autocommit() as statements:
        await statements.inbox.mark_unknown(stored)
    return stored.dedup_key


async def page(
    subject: Subject, outcome: str | None = None, behind: KeptEvent | None = None, limit: int = 10
) -> Sequence[KeptEvent]:
    async with subject.store.autocommit() as statements:
        return await statements.inbox_records.page(outcome, behind, limit)


async def quarantined(
    subject: Subject, behind: KeptEvent | None = None, limit: int = 10
) -> list[str]:
    async with subject.store.autocommit() as statements:
        found = await statements.inbox_records.quarantined(behind, limit)
    return [each.key.dedup_key for each in found]


async def kept(subject: Subject, key: InboxKey) -> KeptEvent:
    async with subject.store.autocommit() as statements:
        body = await statements.inbox_records.get(key)
    assert body is not None
    return body.event


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
async def test_pages_put_together_are_the_whole_newest_first(subject: Subject, limit: int) -> None:
    await keep(subject, "msg:1")
    await keep(subject, "msg:2", "msg:3", "msg:4")
    unknown = await an_unknown_object(subject)
    found = list(await page(subject, limit=limit))
    while more := await page(subject, behind=found[-1], limit=limit):
        assert len(more) <= limit
        found += more
    keys = [each.key.dedup_key for each in found]
    assert keys == [unknown, "msg:4", "msg:3", "msg:2", "msg:1"]


async def test_a_page_is_of_one_outcome_or_of_all(subject: Subject) -> None:
    await keep(subject, "msg:1")
    unknown = await an_unknown_object(subject)
    await subject.claim(a_stored_object(init_facts()))
    [one], [other] = await page(subject, "quarantined"), await page(subject, "unknown_object")
    assert (one.key, other.key) == (in_quarantine("msg:1"), InboxKey("gcs", unknown))
    assert await page(subject, "completed") == []
    assert len(await page(subject)) == 3


async def test_a_row_is_shown_with_its_payload(subject: Subject) -> None:
    await keep(subject, "msg:1")
    async with subject.store.autocommit() as statements:
        found = await statements.inbox_records.get(in_quarantine("msg:1"))
    assert found is not None
    assert found.payload == b"\x00\xff"
    event = found.event
    assert (event.message_id, event.actor, event.payload_bytes) == ("1", "push", 2)
    assert (event.outcome, event.reason) == ("quarantined", "bad JSON")
    assert event.processed_at == event.received_at
    assert await page(subject) == [event]


async def test_a_row_without_a_payload_says_so(subject: Subject) -> None:
    stored = a_stored_object(init_facts())
    await subject.claim(stored, actor="sweep", message_id=None, payload=None)
    event = await kept(subject, InboxKey("gcs", stored.dedup_key))
    assert (event.actor, event.message_id, event.payload_bytes) == ("sweep", None, None)
    assert (event.processed_at, event.outcome, event.reason) == (None, None, None)


async def test_a_key_is_of_its_source_alone(subject: Subject) -> None:
    await keep(subject, "msg:1")
    async with subject.store.autocommit() as statements:
        assert await statements.inbox_records.get(InboxKey("gcs", "msg:1")) is None
        assert await statements.inbox_records.get(in_quarantine("msg:2")) is None


@pytest.mark.parametrize("limit", [1, 2, 10])
async def test_what_is_quarantined_comes_in_the_order_of_arrival(
    subject: Subject, limit: int
) -> None:
    await keep(subject, "msg:9")
    await an_unknown_object(subject)
    await keep(subject, "msg:1", "msg:2")
    found = await quarantined(subject, limit=limit)
    while more := await quarantined(
        subject, await kept(subject, in_quarantine(found[-1])), limit=limit
    ):
        assert len(more) <= limit
        found += more
    assert found == ["msg:9", "msg:1", "msg:2"]


async def test_a_replayed_push_keeps_its_reason_and_says_what_came_of_it(subject: Subject) -> None:
    await keep(subject, "msg:1", "msg:2")
    key, before = in_quarantine("msg:1"), await kept(subject, in_quarantine("msg:1"))
    async with subject.store.autocommit() as statements:
        assert await statements.inbox_records.mark_replayed(key, "replayed: completed") is True
        assert await statements.inbox_records.mark_replayed(key, "replayed: again") is False
        assert await statements.inbox_records.mark_unusable(key, "size") is False
    event = await kept(subject, key)
    assert (event.outcome, event.reason) == ("replayed", "bad JSON; replayed: completed")
    assert event.processed_at is not None
    assert event.processed_at > before.received_at == event.received_at
    assert await quarantined(subject) == ["msg:2"]


async def test_a_push_that_is_unusable_still_bears_the_reason_of_today(subject: Subject) -> None:
    await keep(subject, "msg:1", "msg:2")
    async with subject.store.autocommit() as statements:
        for reason in ("size", "foreign_bucket"):
            key = in_quarantine("msg:1")
            assert await statements.inbox_records.mark_unusable(key, reason) is True
    events = [await kept(subject, in_quarantine(key)) for key in ("msg:1", "msg:2")]
    assert [(each.outcome, each.reason) for each in events] == [
        ("quarantined", "foreign_bucket"),
        ("quarantined", "bad JSON"),
    ]


async def test_only_what_is_quarantined_can_be_marked(subject: Subject) -> None:
    unknown = InboxKey("gcs", await an_unknown_object(subject))
    before = await kept(subject, unknown)
    async with subject.store.autocommit() as statements:
        for key in (unknown, in_quarantine("msg:absent")):
            assert await statements.inbox_records.mark_replayed(key, "replayed") is False
            assert await statements.inbox_records.mark_unusable(key, "size") is False
    assert await kept(subject, unknown) == before
