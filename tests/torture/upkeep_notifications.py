"""Uploads of whose objects nobody hears, or everybody at once.

Not collected by itself: `pytest tests/torture/upkeep_notifications.py` runs the
large size; the suite calls the same functions with the small one.
"""

import asyncio
import random
from collections.abc import Awaitable, Sequence

import pytest

from catalog.application.records import Actor
from catalog.domain.upload import Upload, UploadStatus
from catalog.emulator.faults import Drop
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.upkeep_site import Site, site

__all__ = ["emptied_database", "shared_database", "site"]

LARGE = 2_000
_TOGETHER = 25


async def all_dropped(site: Site, size: int, by: str) -> Sequence[Upload]:
    """Store `size` uploads, drop all news, let one worker make it good; return them after."""
    site.emulator.faults.set(Drop())
    uploads = [await site.upload() for _ in range(size)]
    for upload in uploads:
        site.put(upload, notify=True)
    log = site.emulator.pushes.log.entries()
    assert [each.outcome for each in log] == ["dropped"] * size
    match by:
        case "bucket":
            result = await site.upkeep.sweep(page_size=200)
            assert (result.state, result.counts["completed"]) == ("finished", size)
        case "waiting":
            result = await site.upkeep.sweep_waiting(page_size=200)
            assert (result.state, result.counts["completed"]) == ("finished", size)
        case _:
            await site.end_sessions()
            while (await site.upkeep.reap()).claimed:
                pass
    return [await site.now(each) for each in uploads]


async def all_at_once(site: Site, size: int, seed: int) -> Sequence[Upload]:
    """Tell of every upload by push, replay, both sweeps and reaper at the same moment."""
    rng = random.Random(seed)
    uploads = [await site.upload() for _ in range(size)]
    for upload in uploads:
        site.put(upload)
    await site.end_sessions()

    async def told(upload: Upload, actor: Actor) -> None:
        await asyncio.sleep(rng.uniform(0, 0.1))
        await site.upkeep.finalize_live(upload, actor)

    actors: tuple[Actor, ...] = ("push", "push", "replay")
    news: list[Awaitable[object]] = [told(each, actor) for each in uploads for actor in actors]
    rng.shuffle(news)
    crowd = asyncio.Semaphore(_TOGETHER)

    async def bounded(work: Awaitable[object]) -> None:
        async with crowd:
            await work

    await asyncio.gather(
        site.upkeep.sweep(),
        site.upkeep.sweep_waiting(),
        *(site.upkeep.reap(batch=size) for _ in range(2)),
        *(bounded(each) for each in news),
    )
    return [await site.now(each) for each in uploads]


@pytest.fixture
def database(emptied_database: str) -> str:
    return emptied_database


@pytest.mark.timeout(1200)
async def test_two_thousand_uploads_complete_though_all_notifications_are_dropped(
    site: Site,
) -> None:
    uploads = await all_dropped(site, LARGE, "bucket")
    assert {each.status for each in uploads} == {UploadStatus.COMPLETED}
    assert len(await site.ledger.outbox()) == 2 * LARGE


@pytest.mark.timeout(1200)
async def test_two_thousand_uploads_told_by_everybody_at_once_change_once(site: Site) -> None:
    uploads = await all_at_once(site, LARGE, seed=6)
    assert {each.status for each in uploads} == {UploadStatus.COMPLETED}
    assert len(await site.ledger.outbox()) == 2 * LARGE
