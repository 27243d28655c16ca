"""Pushes that were set aside get another try, and each row says what came of it."""

import json
from dataclasses import dataclass, field

import pytest

from catalog.adapters.memory.events import JsonEvents
from catalog.adapters.memory.store import MemoryStore
from catalog.application.finalize_upload import FinalizeUpload
from catalog.application.inspect_inbox import EventNotKeptError
from catalog.application.records import Arrival, Quarantined
from catalog.application.replay_push import ForeignBody, Replay, ReplayPush, UnusableBody
from catalog.domain.errors import DatabaseUnavailableError
from catalog.domain.upload import UploadStatus
from catalog.domain.values import StoredObject
from tests.support.builders import a_stored_object, an_arrival, init_facts
from tests.support.world import World

KEPT_BYTES = 16
Meaning = StoredObject | UnusableBody | ForeignBody


@dataclass(slots=True)
class Site:
    """Bodies are read by looking up what they mean."""

    world: World
    meanings: dict[bytes, Meaning] = field(default_factory=dict)

    @property
    def replay(self) -> ReplayPush:
        store = self.world.store
        finalize = FinalizeUpload(store, JsonEvents(), self.world.policy.max_size_bytes)
        return ReplayPush(store, self.read, finalize, KEPT_BYTES)

    def read(self, body: bytes) -> Arrival | UnusableBody | ForeignBody:
        meaning = self.meanings[body]
        return an_arrival(meaning, payload=body) if isinstance(meaning, StoredObject) else meaning

    async def set_aside(self, number: int, meaning: Meaning, reason: str = "size") -> str:
        """Quarantine a body that by now means so."""
        key, body = f"msg:{number}", json.dumps(number).encode()
        self.meanings[body] = meaning
        async with self.world.store.autocommit() as statements:
            await statements.inbox.quarantine(Quarantined(key, None, body, reason))
        return key

    async def row(self, key: str) -> tuple[str | None, str | None]:
        """Return a quarantined push's outcome and reason."""
        kept = await self.world.ledger.inbox(key, "gcs-quarantine")
        assert kept is not None
        return kept.outcome, kept.last_error

    async def all(self) -> list[Replay]:
        return [each async for each in self.replay.all_quarantined()]


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


async def test_a_push_that_can_be_read_by_now_does_its_work_once(site: Site) -> None:
    upload = await site.world.waiting()
    stored = a_stored_object(upload)
    key = await site.set_aside(1, stored, "foreign_bucket")
    done, again = await site.replay(key), await site.replay(key)
    assert done == Replay(key, "replayed", "completed", str(upload.upload_id))
    assert (again.state, again.result, again.is_settled) == ("settled", "replayed", True)
    told = f"foreign_bucket; replayed as {stored.dedup_key}: completed"
    assert await site.row(key) == ("replayed", told)
    assert (await site.world.now(upload)).status is UploadStatus.COMPLETED
    assert [each.actor for each in await site.world.ledger.history(upload.upload_id)] == [
        *("user", "replay")
    ]


async def test_a_push_of_an_object_that_was_decided_meanwhile_is_a_duplicate(site: Site) -> None:
    upload = await site.world.completed()
    [stored] = site.world.objects.live.values()
    key = await site.set_aside(1, stored)
    assert (await site.replay(key)).result == "duplicate"
    assert await site.world.events_of(upload) == ["video.upload.completed"]


async def test_an_object_of_no_upload_waits_for_one_under_its_own_key(site: Site) -> None:
    facts = init_facts()
    stored = a_stored_object(facts)
    key = await site.set_aside(1, stored)
    early = await site.replay(key)
    upload = await site.world.waiting(user=facts.user_id, md5=facts.md5)
    done = await site.replay(stored.dedup_key)
    again = await site.replay(stored.dedup_key)
    assert (early.state, early.is_settled) == ("unknown_object", False)
    assert (await site.row(key))[0] == "replayed"
    assert (done.state, done.upload_id) == ("replayed", str(upload.upload_id))
    assert (again.state, again.result) == ("settled", "completed")


async def test_a_push_that_still_means_nothing_stays_with_the_reason_of_today(site: Site) -> None:
    body = UnusableBody("foreign_bucket", "not one of ours", unreadable=False)
    key = await site.set_aside(1, body, "size")
    result = await site.replay(key)
    assert (result.state, result.result) == ("unusable", "foreign_bucket: not one of ours")
    assert await site.row(key) == ("quarantined", "foreign_bucket")


@pytest.mark.parametrize(("kept_bytes", "state"), [(1, "truncated"), (2, "unusable")])
async def test_a_body_whose_end_may_be_missing_is_told_apart(
    site: Site, kept_bytes: int, state: str
) -> None:
    key = await site.set_aside(1, UnusableBody("not_json", "", unreadable=True), "body_too_large")
    replay = ReplayPush(site.world.store, site.read, site.replay.finalize, kept_bytes)
    assert (await replay(key)).state == state
    reason = "body_too_large" if state == "truncated" else "not_json"
    assert await site.row(key) == ("quarantined", reason)


async def test_an_event_that_is_none_of_ours_is_settled_by_that(site: Site) -> None:
    key = await site.set_aside(1, ForeignBody("OBJECT_DELETE"))
    result = await site.replay(key)
    assert (result.state, result.result) == ("replayed", "OBJECT_DELETE")
    assert (await site.row(key))[0] == "replayed"


async def test_what_was_kept_without_a_body_cannot_be_replayed(site: Site) -> None:
    stored = a_stored_object(init_facts())
    await site.world.finalize(stored, actor="sweep", payload=None)
    assert (await site.replay(stored.dedup_key)).state == "empty"


async def test_a_row_that_is_not_kept_is_said_so(site: Site) -> None:
    with pytest.raises(EventNotKeptError):
        await site.replay("msg:absent")


async def test_everything_set_aside_is_tried_once_in_the_order_of_arrival(site: Site) -> None:
    uploads = [await site.world.waiting() for _ in range(102)]
    bad = UnusableBody("size", "many", unreadable=False)
    await site.set_aside(10, bad)
    await site.set_aside(11, bad)
    for number, upload in enumerate(uploads):
        await site.set_aside(number + 100, a_stored_object(upload))
    results = await site.all()
    assert len(results) == len({each.key for each in results}) == 104
    assert [each.key for each in results if not each.is_settled] == ["msg:10", "msg:11"]
    statuses = {(await site.world.now(each)).status for each in uploads}
    assert statuses == {UploadStatus.COMPLETED}
    assert [each.key for each in await site.all()] == ["msg:10", "msg:11"]


async def test_what_is_pruned_between_page_and_replay_is_left_out(site: Site) -> None:
    for number in (1, 2):
        await site.set_aside(number, ForeignBody("OBJECT_DELETE"))
    assert isinstance(site.world.store, MemoryStore)
    seen = []
    async for each in site.replay.all_quarantined():
        seen.append(each.key)
        await site.world.ledger.forget_inbox()
    assert seen == ["msg:1"]


async def test_a_database_that_is_down_loses_nothing(site: Site) -> None:
    upload = await site.world.waiting()
    key = await site.set_aside(1, a_stored_object(upload))
    assert isinstance(site.world.store, MemoryStore)
    site.world.store.available = False
    with pytest.raises(DatabaseUnavailableError):
        await site.replay(key)
    site.world.store.available = True
    assert (await site.replay(key)).result == "completed"
