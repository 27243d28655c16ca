"""Pushes: new, delivered again, and of somebody who is not Pub/Sub."""

from collections.abc import Sequence

from bench.activity import LAPS, Activity
from bench.items import Item
from bench.sample import Measured
from bench.seeding import make_uploads
from bench.stage import Stage, measured

_AGAIN = 2_000
_COMPLETED = """
SELECT count(*) FROM catalog.uploads WHERE original_filename = $1 AND status = 'completed'
"""
ARRIVED = """
INSERT INTO catalog.inbox_events (source, dedup_key, actor, outcome, processed_at)
SELECT 'gcs', key, 'push', 'completed', now() FROM unnest($1::text[]) AS key
"""


async def _new(stage: Stage, seconds: float) -> Measured:
    tag, count = stage.fresh_tag("callback_new"), stage.most(seconds)
    await make_uploads(stage.database, [Item(tag, number) for number in range(count)])
    told = await stage.push(seconds, token=stage.token, tag=tag, count=count)
    completed = await stage.database.fetchval(_COMPLETED, f"{tag}.mp4")
    return measured(told, errors=abs(told["total"] - told["errors"] - completed))


async def _duplicate(stage: Stage, seconds: float) -> Measured:
    tag = stage.fresh_tag("callback_duplicate")
    keys = [Item(tag, number).dedup_key for number in range(_AGAIN)]
    await stage.database.execute(ARRIVED, keys)
    return measured(await stage.push(seconds, token=stage.token, tag=tag, count=_AGAIN, again=True))


async def _refused(stage: Stage, seconds: float) -> Measured:
    tag, token = stage.fresh_tag("callback_refused"), stage.forged_token
    return measured(
        await stage.push(seconds, token=token, expected=401, tag=tag, count=_AGAIN, again=True)
    )


ACTIVITIES: Sequence[Activity] = (
    Activity("callback_new", "callback", "a push that completes an upload", _new, laps=LAPS),
    Activity("callback_duplicate", "callback", "a push that came before", _duplicate, laps=LAPS),
    Activity(
        "callback_refused", "callback", "a push whose token we did not ask for", _refused, laps=LAPS
    ),
)
