"""The bare wholes as activities: all parts of a path in one call, rows counted as scenarios do."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.activity import LAPS, Activity
from bench.items import Item
from bench.sample import Measured
from bench.scenarios.bare import certificate_of
from bench.seeding import make_uploads
from bench.stage import WARM_SECONDS, Stage, measured

_MADE = "SELECT count(*) FROM bare.uploads WHERE original_filename = $1"
_COMPLETED = _MADE + " AND status = 'completed'"


async def _init(stage: Stage, seconds: float) -> Measured:
    whole, tag, count = await stage.whole(), stage.fresh_tag("bare_init"), stage.most(seconds)
    key_file = str(stage.emulator.service_account_file)
    await whole.hand.do("prepare_init", tag=tag, count=count, key_file=key_file)
    how = {"kind": "bare_init", "port": whole.grpc_port, "server": whole.pid}
    told = await _load(stage, "load_grpc", seconds, tag=tag, count=count, **how)
    return await _checked(stage, told, _MADE, tag)


async def _push(stage: Stage, seconds: float) -> Measured:
    whole, tag, count = await stage.whole(), stage.fresh_tag("bare_push"), stage.most(seconds)
    items = [Item(tag, number) for number in range(count)]
    await make_uploads(stage.database, items, schema="bare")
    certificate = await certificate_of(stage)
    await whole.hand.do("prepare_push", tag=tag, count=count, certificate=certificate)
    how = {"path": "/", "token": stage.token, "port": whole.http_port, "server": whole.pid}
    told = await _load(stage, "load_http", seconds, tag=tag, count=count, **how)
    return await _checked(stage, told, _COMPLETED, tag)


async def _load(stage: Stage, job: str, seconds: float, **more: object) -> Mapping[str, Any]:
    return await stage.asking.do(job, seconds=seconds, warm_seconds=WARM_SECONDS, **more)


async def _checked(stage: Stage, told: Mapping[str, Any], count: str, tag: str) -> Measured:
    written = await stage.database.fetchval(count, f"{tag}.mp4")
    return measured(told, errors=abs(told["total"] - told["errors"] - written))


ACTIVITIES: Sequence[Activity] = (
    Activity("bare_init", "bare", "an empty call with both parts of Init in it", _init, laps=LAPS),
    Activity("bare_push", "bare", "a POST with token check and completion in it", _push, laps=LAPS),
)
