"""The line breaks somewhere in a completion: afterwards all of it shows or nothing does.

A warm completion is four requests: begin, claim, apply, commit. Each is lost once before it
reaches the server and once after, when only the reply is lost.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import asyncpg
import pytest

from catalog.adapters.postgres.pool import open_pool
from catalog.adapters.postgres.store import PostgresStore
from catalog.domain.errors import DatabaseUnavailableError
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import StoredObject
from tests.support.builders import a_stored_object, a_user, an_md5, init_facts
from tests.support.ledger import decisions
from tests.support.postgres import pool_settings
from tests.support.proxy import Cut, Proxy, postgres_proxy
from tests.support.sql_ledger import SqlLedger
from tests.support.world import World

COMMIT = 4
CUTS = [Cut(request, reply_only) for request in (1, 2, 3, COMMIT) for reply_only in (False, True)]
LOST_COMMIT = Cut(COMMIT, reply_only=True)


@pytest.fixture
async def proxy(database: str) -> AsyncIterator[Proxy]:
    async with postgres_proxy(database) as running:
        yield running


@pytest.fixture
async def world(proxy: Proxy, pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[World]:
    """One connection, through the proxy; the ledger looks past it."""
    async with open_pool(pool_settings(proxy.dsn, size=1)) as through_proxy:
        yield World(PostgresStore(through_proxy, 20), SqlLedger(pool))


@dataclass(frozen=True, slots=True)
class Kept:
    """All that a finalize can touch."""

    upload: Upload
    videos: list[object]
    events: list[object]
    history: list[object]
    inbox: object
    tombstones: list[object]

    def rows(self) -> list[int]:
        """Count videos, events, history, inbox and tombstones."""
        inbox = 0 if self.inbox is None else 1
        parts = self.videos, self.events, self.history, self.tombstones
        return [*(len(part) for part in parts), inbox]


async def kept(world: World, stored: StoredObject) -> Kept:
    [upload] = [each for each in await world.ledger.uploads() if each.ref == stored.ref]
    history = await world.ledger.history(upload.upload_id)
    return Kept(
        upload,
        list(await world.ledger.videos()),
        list(await world.ledger.outbox()),
        list(history),
        await world.ledger.inbox(stored.dedup_key),
        list(await world.ledger.tombstones(stored.ref)),
    )


async def right_object(world: World) -> StoredObject:
    return a_stored_object(await world.waiting())


async def right_object_of_a_bound_upload(world: World) -> StoredObject:
    user = a_user()
    video = await world.create_video(user)
    return a_stored_object(await world.waiting(user=user, video=video))


async def wrong_object(world: World) -> StoredObject:
    return a_stored_object(await world.waiting(), md5=an_md5())


async def late_object_of_a_cancelled_upload(world: World) -> StoredObject:
    upload = await world.waiting()
    await world.ledger.put_upload(
        replace(upload, status=UploadStatus.FAILED, error_code=FailureCode.CANCELLED)
    )
    return a_stored_object(upload)


async def another_object_of_a_completed_upload(world: World) -> StoredObject:
    return a_stored_object(await world.completed())


Arrive = Callable[[World], Awaitable[StoredObject]]
# What arrives, what comes of it, and how many rows it adds: videos, events, history,
# tombstones, inbox.
ARRIVALS: list[tuple[Arrive, str, list[int]]] = [
    (right_object, "completed", [1, 2, 1, 0, 1]),
    (right_object_of_a_bound_upload, "completed", [0, 1, 1, 0, 1]),
    (wrong_object, "failed", [0, 1, 1, 1, 1]),
    (late_object_of_a_cancelled_upload, "rejected", [0, 0, 1, 1, 1]),
    (another_object_of_a_completed_upload, "ignored", [0, 0, 1, 0, 1]),
]


async def warm(world: World) -> None:
    """Have every query prepared on the one connection, so that requests can be counted."""
    for arrive, _, _ in ARRIVALS:
        await world.finalize(await arrive(world))


def name(cut: Cut) -> str:
    what = ("begin", "claim", "apply", "commit")[cut.request - 1]
    return f"the reply to {what} is lost" if cut.reply_only else f"{what} is lost"


@pytest.mark.parametrize("cut", CUTS, ids=name)
async def test_all_shows_or_nothing_and_the_next_delivery_ends_it(
    world: World, proxy: Proxy, cut: Cut
) -> None:
    for arrive, effect, added in ARRIVALS:
        await warm(world)
        stored = await arrive(world)
        before = await kept(world, stored)
        proxy.set(cut)
        with pytest.raises(DatabaseUnavailableError):
            await world.finalize(stored)
        after = await kept(world, stored)
        grown = [b - a for a, b in zip(before.rows(), after.rows(), strict=True)]
        if cut == LOST_COMMIT:
            assert grown == added
        else:
            assert after == before
        outcome = await world.finalize(stored)
        assert outcome.effect == ("duplicate" if cut == LOST_COMMIT else effect)
        ended = await kept(world, stored)
        assert [b - a for a, b in zip(before.rows(), ended.rows(), strict=True)] == added
        assert (await world.finalize(stored)).effect == "duplicate"
        assert await kept(world, stored) == ended
    assert proxy.strikes == len(ARRIVALS)


async def test_the_fault_tells_nothing_of_the_database(world: World, proxy: Proxy) -> None:
    stored = await right_object(world)
    proxy.set(Cut(1, reply_only=False))
    with pytest.raises(DatabaseUnavailableError) as fault:
        await world.finalize(stored)
    assert str(fault.value) == DatabaseUnavailableError.message
    assert fault.value.__suppress_context__


@pytest.mark.parametrize("reply_only", [False, True], ids=["request", "reply"])
async def test_a_first_init_that_is_cut_off_ends_as_one_upload(
    world: World, proxy: Proxy, *, reply_only: bool
) -> None:
    await world.waiting()
    facts = init_facts()
    proxy.set(Cut(1, reply_only))
    with pytest.raises(DatabaseUnavailableError):
        await world.init(facts.user_id, facts.md5)
    uploads = [each for each in await world.ledger.uploads() if each.md5 == facts.md5]
    assert len(uploads) == int(reply_only)
    answer = await world.init(facts.user_id, facts.md5)
    history = decisions(await world.ledger.history(answer.upload.upload_id))
    assert history == ["init:insert", "init:duplicate"][: 1 + reply_only]
