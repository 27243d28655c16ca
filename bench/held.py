"""A snapshot that is held for minutes: what vacuum may not remove must slow nobody down."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import psutil

from bench.activity import Activity
from bench.bars import Bar
from bench.held_servers import Server, server
from bench.sample import P50, P99, Measured
from bench.scenarios.held_work import PER_SECOND, SETTLING_SECONDS
from bench.stage import Stage, measured

DRAINED = "published when the last was due, share of offered"
READ = "unrelated read p50, ms"
WITHOUT, WITH = "held_nothing", "held_snapshot"
_WINDOWS = 72
"""Three minutes, where a window has its usual 2.5 seconds."""
_LOOKS = 3
_SIZES = """
SELECT s.n_dead_tup AS dead, pg_relation_size(s.relid) / 1048576.0 AS rows,
    pg_indexes_size(s.relid) / 1048576.0 AS indexes
FROM pg_stat_user_tables AS s
WHERE s.relid = 'catalog.outbox_events'::regclass
"""
_BLOCKS = """
SELECT heap_blks_read + idx_blks_read AS missed,
    heap_blks_read + idx_blks_read + heap_blks_hit + idx_blks_hit AS wanted
FROM pg_statio_user_tables WHERE relid = 'catalog.uploads'::regclass
"""
_RELAY = "SELECT max(pid) FROM pg_stat_activity WHERE application_name = 'catalog-relay'"


async def _without(stage: Stage, seconds: float) -> Measured:
    return await _half(stage, seconds, WITHOUT)


async def _with(stage: Stage, seconds: float) -> Measured:
    return await _half(stage, seconds, WITH)


async def _half(stage: Stage, seconds: float, name: str) -> Measured:
    """Measure both in the turn of the first, and keep the other one's figures for its turn."""
    if name not in stage.done:
        stage.done.update(await _both(stage, seconds * _WINDOWS))
    return stage.done.pop(name)


async def _both(stage: Stage, seconds: float) -> Mapping[str, Measured]:
    """Load two servers alike at the same time, one of them beside a snapshot.

    They share the seconds, so that whatever else the machine does it does to both, and end
    with as many events: a table that outgrows a server's memory takes the place of others
    with a snapshot and without. What a relay takes of the cores it takes from both too, so
    that has a figure of its own.
    """
    async with server() as alone, server() as beside, _held_snapshot(beside.dsn):
        sides = (alone, beside)
        try:
            async with asyncio.TaskGroup() as tasks:
                loads = [tasks.create_task(_loaded(side, seconds)) for side in sides]
                asked = {"dsns": [side.dsn for side in sides], "seconds": seconds}
                reading = tasks.create_task(stage.asking.do("unrelated_reads", **asked))
        except ExceptionGroup as faults:
            raise _first_of(faults) from None
    told = zip((WITHOUT, WITH), loads, reading.result()["each"], strict=True)
    return {name: _beside_reads(load.result(), reads) for name, load, reads in told}


async def _loaded(side: Server, seconds: float) -> Measured:
    async with asyncio.TaskGroup() as tasks:
        asked = {"dsn": side.dsn, "seconds": seconds}
        relaying = tasks.create_task(side.hand.do("written_and_relayed", **asked))
        watched = tasks.create_task(_watched(side, seconds))
    told = measured(relaying.result())
    drained = {DRAINED: told.operations / (seconds * PER_SECOND)}
    return replace(told, numbers={**drained, **told.numbers, **watched.result()})


def _beside_reads(loaded: Measured, reads: Mapping[str, Mapping[str, float]]) -> Measured:
    return replace(loaded, numbers={**loaded.numbers, **dict(_of_reads(reads))})


def _first_of(fault: BaseException) -> BaseException:
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault


@asynccontextmanager
async def _held_snapshot(dsn: str) -> AsyncIterator[None]:
    """Read once in a transaction that then stays open."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.fetchval("SELECT count(*) FROM catalog.outbox_events")
            yield
    finally:
        await connection.close()


def _of_reads(told: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, float]]:
    for latency in (P50, P99):
        yield f"unrelated read {latency}, ms", told["reads"][latency] * 1e3
        yield f"statement without a table {latency}, ms", told["nothings"][latency] * 1e3
    yield (
        "unrelated read and two statements without, CPU in the database, us",
        told["cpu"]["of_one"] * 1e6,
    )


async def _watched(side: Server, seconds: float) -> Mapping[str, float]:
    """Look some times at what table, relay and reads take of the server."""
    found, at, before = dict[str, float](), 0.0, await _look(side)
    began = time.monotonic() + SETTLING_SECONDS
    for number in range(1, _LOOKS + 1):
        due = seconds * number / _LOOKS
        await asyncio.sleep(max(0.0, began + due - time.monotonic()))
        now = await _look(side)
        found |= between(before, now, at, due)
        at, before = due, now
    return found


async def _look(side: Server) -> Mapping[str, float]:
    sizes, blocks = [await side.database.fetchrow(query) for query in (_SIZES, _BLOCKS)]
    assert sizes is not None
    assert blocks is not None
    relay = _cpu_seconds(await side.database.fetchval(_RELAY))
    return {
        "relay": relay,
        **{name: float(told) for name, told in (*sizes.items(), *blocks.items())},
    }


def between(
    before: Mapping[str, float], now: Mapping[str, float], began: float, at: float
) -> Mapping[str, float]:
    """Tell what happened between two looks, made so many seconds after the beginning."""
    missed, wanted = (now[name] - before[name] for name in ("missed", "wanted"))
    relay, during = now["relay"] - before["relay"], f"{began:.0f} to {at:.0f} s"
    return {
        f"dead tuples at {at:.0f} s": now["dead"],
        f"rows at {at:.0f} s, MiB": now["rows"],
        f"indexes at {at:.0f} s, MiB": now["indexes"],
        f"relay in the database, {during}, % of a core": relay / (at - began) * 100,
        f"blocks that reads did not find in the server's memory, {during}, %": missed
        / max(1.0, wanted)
        * 100,
    }


def _cpu_seconds(pid: int | None) -> float:
    if pid is None:
        return 0.0
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


ACTIVITIES: Sequence[Activity] = (
    Activity(WITHOUT, "held", "800 events/s committed and relayed", _without, long=True),
    Activity(WITH, "held", "the same beside a snapshot held open", _with, long=True),
)
BARS: Sequence[Bar] = (
    Bar(
        "held snapshot: drain",
        WITH,
        DRAINED,
        0.99,
        at_most=False,
        says=">= 99 % of 800 events/s published, beside a snapshot held for 3 minutes",
    ),
    Bar(
        "held snapshot: commit to publish, p99",
        WITH,
        P99,
        2.0,
        says="<= 2 s over all of it",
        unit="s",
    ),
    Bar(
        "held snapshot: unrelated query",
        WITH,
        READ,
        1.1,
        (WITHOUT,),
        says="p50 of a read of another table <= 1.1 x what it is beside the same load without one",
    ),
)
