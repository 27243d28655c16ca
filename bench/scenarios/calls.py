"""Init new, repeated and completed, and GetUpload."""

from collections.abc import Sequence

from bench.activity import LAPS, Activity
from bench.bare.servers import SELECTED, SELECTED_TAG
from bench.items import Item
from bench.sample import Measured
from bench.seeding import make_uploads
from bench.stage import Stage, measured

_AGAIN = 2_000
"""Enough that calls in the air seldom meet at one row."""
_MADE = "SELECT count(*) FROM catalog.uploads WHERE original_filename = $1"
_NOTED = """
SELECT count(*) FROM catalog.upload_events AS e JOIN catalog.uploads AS u USING (upload_id)
WHERE u.original_filename = $1 AND e.request = 'init'
"""


async def _init_new(stage: Stage, seconds: float) -> Measured:
    tag = stage.fresh_tag("init_new")
    told = await stage.call("init", seconds, tag=tag, count=stage.most(seconds))
    made = await stage.database.fetchval(_MADE, f"{tag}.mp4")
    return measured(told, errors=abs(told["total"] - told["errors"] - made))


async def _init_again(stage: Stage, seconds: float, name: str, *, completed: bool) -> Measured:
    tag = stage.fresh_tag(name)
    items = [Item(tag, number) for number in range(_AGAIN)]
    await make_uploads(stage.database, items, completed=completed)
    told = await stage.call("init", seconds, tag=tag, count=_AGAIN, again=True)
    noted = await stage.database.fetchval(_NOTED, f"{tag}.mp4")
    return measured(told, errors=abs(told["total"] - told["errors"] - noted))


async def _init_repeated(stage: Stage, seconds: float) -> Measured:
    return await _init_again(stage, seconds, "init_repeated", completed=False)


async def _init_completed(stage: Stage, seconds: float) -> Measured:
    return await _init_again(stage, seconds, "init_completed", completed=True)


async def _get_upload(stage: Stage, seconds: float) -> Measured:
    return measured(await stage.call("get", seconds, tag=SELECTED_TAG, count=SELECTED, again=True))


ACTIVITIES: Sequence[Activity] = (
    Activity(
        "init_new", "init", "InitResumableUpload of content nobody has sent", _init_new, laps=LAPS
    ),
    Activity(
        "init_repeated", "init", "the same again while the upload waits", _init_repeated, laps=LAPS
    ),
    Activity(
        "init_completed", "init", "the same again after it completed", _init_completed, laps=LAPS
    ),
    Activity("get_upload", "get", "GetUpload among 50,000", _get_upload, laps=LAPS),
)
