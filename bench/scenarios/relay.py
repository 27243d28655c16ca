"""The relay: how fast, and how soon."""

from collections.abc import Sequence

from bench.activity import Activity
from bench.sample import Measured
from bench.stage import Stage, measured


async def _drain(stage: Stage, seconds: float) -> Measured:
    events = max(2_000, round(seconds * 10_000))
    return measured(await stage.working.do("relay_drain", dsn=stage.dsn, events=events))


async def _pace(stage: Stage, seconds: float) -> Measured:
    return measured(await stage.working.do("relay_pace", dsn=stage.dsn, seconds=seconds))


ACTIVITIES: Sequence[Activity] = (
    Activity("relay_drain", "relay", "a backlog to a topic that costs nothing", _drain),
    Activity("relay_pace", "relay", "200 events/s, latency from commit to publish", _pace),
)
