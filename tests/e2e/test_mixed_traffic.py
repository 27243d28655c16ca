"""Everything at once on the same upload, a hundred times: one completion and never a deadlock."""

import asyncio
from collections.abc import Awaitable
from itertools import zip_longest
from pathlib import Path

import asyncpg

from catalog.devstack.postgres import Cluster
from tests.e2e.person import Person, an_md5
from tests.e2e.refusals import refusal
from tests.e2e.sites import Site, running_site
from tests.support.emulators import fresh_emulator
from tests.support.postgres import lasting_database

ROUNDS, AT_ONCE = 100, 8
RIGHTLY_REFUSED = {
    "UPLOAD_NOT_WAITING",
    "VIDEO_ALREADY_BOUND",
    "VIDEO_HELD_BY_UPLOAD",
    "VIDEO_NOT_PENDING",
}
"""What a call may be told, depending on which other call of its round came first."""


async def answered_or_rightly_refused(call: Awaitable[object]) -> None:
    try:
        refused = await refusal(call)
    except AssertionError:
        return
    assert refused.reason in RIGHTLY_REFUSED


async def acknowledged(push: Awaitable[int]) -> None:
    assert await push == 204


async def one_round(site: Site, person: Person) -> None:
    """All calls of a person about one file, two videos and a rival for one of these."""
    md5, rival_md5 = an_md5(), an_md5()
    first_video, second_video = await person.make_video(), await person.make_video()
    upload_id = (await person.init(md5)).upload_id
    rival_id = (await person.init(rival_md5)).upload_id
    right, rival = person.finalize(md5), person.finalize(rival_md5)
    calls = [
        person.init(md5),
        person.init(md5, video_id=first_video),
        person.bind(upload_id, first_video),
        person.bind(upload_id, second_video),
        person.bind(rival_id, first_video),
        person.init(rival_md5, video_id=first_video),
        person.bind(rival_id, first_video),
        person.get(upload_id),
    ]
    news = [right, right.with_wrong_bytes(), right, rival, right]
    async with asyncio.TaskGroup() as group:
        for call, event in zip_longest(calls, news):
            group.create_task(answered_or_rightly_refused(call))
            if event is not None:
                group.create_task(acknowledged(site.pushes.push(event)))
    await assert_one_completion(site, person, upload_id)
    assert (await person.get(rival_id)).status == "completed"


async def assert_one_completion(site: Site, person: Person, upload_id: str) -> None:
    shown = await person.get(upload_id)
    assert (shown.status, shown.error_code) == ("completed", "")
    assert (await site.records.events(upload_id)).count("upload.completed") == 1
    assert (await site.records.story(upload_id)).count("finalize:complete") == 1
    video = await person.video(shown.video_id)
    assert (video.status, video.upload_id) == ("processing", upload_id)


async def all_rounds(site: Site) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def when_there_is_room() -> None:
        async with places:
            await one_round(site, site.person())

    async with asyncio.TaskGroup() as group:
        for _ in range(ROUNDS):
            group.create_task(when_there_is_room())


async def deadlocks(cluster: Cluster, dsn: str) -> int:
    """What the server counted; its processes report as they end, so none may be left."""
    name = dsn.rpartition("/")[2].partition("?")[0]
    admin = await asyncpg.connect(cluster.dsn())
    try:
        async with asyncio.timeout(60):
            query = "SELECT numbackends, deadlocks FROM pg_stat_database WHERE datname = $1"
            while (  # noqa: ASYNC110 - the server has no event to wait for
                row := await admin.fetchrow(query, name)
            ) is None or row["numbackends"]:
                await asyncio.sleep(0.01)
        return int(row["deadlocks"])
    finally:
        await admin.close()


async def test_a_hundred_rounds_of_everything_complete_once_and_never_deadlock(
    template: Cluster, tmp_path: Path
) -> None:
    dsn = await lasting_database(template)
    async with fresh_emulator(tmp_path) as emulator:
        async with running_site(emulator, dsn) as site:
            await all_rounds(site)
        assert await deadlocks(template, dsn) == 0
