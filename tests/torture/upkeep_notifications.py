"""Uploads of whose objects nobody hears, or everybody at once.

Not collected by itself: `pytest tests/torture/upkeep_notifications.py` runs the
large size; the suite calls the same functions with the small one.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Sequence

import pytest

from catalog.application.records import Actor
from catalog.domain.upload import Upload, UploadStatus
from catalog.emulator.faults import Drop
from tests.support.emptied_database import emptied_database, shared_database
from tests.support.upkeep_site import Site, site
from tests.torture.figures import Figures

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


async def _record(
    figures: Figures, site: Site, what: str, uploads: Sequence[Upload], began: float
) -> None:
    events = Counter(each.event_type for each in await site.ledger.outbox())
    figures.record(
        6,
        what,
        uploads=len(uploads),
        completed=sum(each.status is UploadStatus.COMPLETED for each in uploads),
        completed_events=events["video.upload.completed"],
        other_upload_events=events.total()
        - events["video.upload.completed"]
        - events["video.created"],
        run_seconds=round(time.monotonic() - began, 1),
    )
    assert {each.status for each in uploads} == {UploadStatus.COMPLETED}
    assert events == {"video.upload.completed": LARGE, "video.created": LARGE}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("by", ["bucket", "waiting", "reaper"])
async def test_two_thousand_uploads_complete_though_all_notifications_are_dropped(
    site: Site, figures: Figures, by: str
) -> None:
    began = time.monotonic()
    uploads = await all_dropped(site, LARGE, by)
    what = "reaper" if by == "reaper" else f"{by} sweep"
    await _record(figures, site, f"all notifications dropped, made good by {what}", uploads, began)


@pytest.mark.timeout(1200)
async def test_two_thousand_uploads_told_by_everybody_at_once_change_once(
    site: Site, figures: Figures
) -> None:
    began = time.monotonic()
    uploads = await all_at_once(site, LARGE, seed=random.getrandbits(32))
    what = "told by push, replay, sweeps and reaper at the same moment"
    await _record(figures, site, what, uploads, began)
