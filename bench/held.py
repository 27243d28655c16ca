"""A snapshot that is held for minutes: what vacuum may not remove must slow nobody down."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace

import asyncpg
import psutil

from bench.activity import Activity
from bench.bars import Bar
from bench.sample import P50, P99, Measured
from bench.scenarios.held_work import PER_SECOND, SETTLING_SECONDS
from bench.stage import Stage, measured

DRAINED = "published when the last was due, share of offered"
READ = "unrelated read p50, ms"
_WINDOWS, _WINDOWS_BEFORE = 72, 24
"""Three minutes, and one, where a window has its usual 2.5 seconds."""
_LOOKS = 3
_SIZES = """
SELECT s.n_dead_tup AS dead, pg_relation_size(s.relid) / 1048576.0 AS rows,
    pg_indexes_size(s.relid) / 1048576.0 AS indexes
FROM pg_stat_user_tables AS s
WHERE s.relid = 'catalog.outbox_events'::regclass
"""
_RELAY = "SELECT max(pid) FROM pg_stat_activity WHERE application_name = 'catalog-relay'"


async def _without(stage: Stage, seconds: float) -> Measured:
    return await _loaded(stage, seconds * _WINDOWS_BEFORE, nullcontext())


async def _with(stage: Stage, seconds: float) -> Measured:
    return await _loaded(stage, seconds * _WINDOWS, _held_snapshot(stage.dsn))


async def _loaded(
    stage: Stage, seconds: float, snapshot: AbstractAsyncContextManager[None]
) -> Measured:
    await stage.database.execute("TRUNCATE catalog.outbox_events")
    await stage.database.execute("ANALYZE catalog.outbox_events")
    asked = {"dsn": stage.dsn, "seconds": seconds}
    try:
        async with snapshot, asyncio.TaskGroup() as tasks:
            relaying = tasks.create_task(stage.working.do("written_and_relayed", **asked))
            reading = tasks.create_task(stage.asking.do("unrelated_reads", **asked))
            watched = tasks.create_task(_watched(stage, seconds))
    except ExceptionGroup as faults:
        raise faults.exceptions[0] from None
    told = measured(relaying.result())
    offered = seconds * PER_SECOND
    numbers = {
        DRAINED: told.operations / offered,
        **told.numbers,
        **dict(_of_reads(reading.result())),
        **watched.result(),
    }
    return replace(told, numbers=numbers)


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


async def _watched(stage: Stage, seconds: float) -> Mapping[str, float]:
    """Look some times at what the table takes, and at what the relay costs the database."""
    found, cpu, at = dict[str, float](), 0.0, 0.0
    began = time.monotonic() + SETTLING_SECONDS
    for look in range(1, _LOOKS + 1):
        due = seconds * look / _LOOKS
        await asyncio.sleep(max(0.0, began + due - time.monotonic()))
        row = await stage.database.fetchrow(_SIZES)
        assert row is not None
        before, cpu = cpu, _cpu_seconds(await stage.database.fetchval(_RELAY))
        found |= {
            f"dead tuples at {due:.0f} s": float(row["dead"]),
            f"rows at {due:.0f} s, MiB": float(row["rows"]),
            f"indexes at {due:.0f} s, MiB": float(row["indexes"]),
            f"relay in the database, {at:.0f} to {due:.0f} s, % of a core": (cpu - before)
            / (due - at)
            * 100,
        }
        at = due
    return found


def _cpu_seconds(pid: int | None) -> float:
    if pid is None:
        return 0.0
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


ACTIVITIES: Sequence[Activity] = (
    Activity("held_nothing", "held", "800 events/s committed and relayed", _without, long=True),
    Activity("held_snapshot", "held", "the same beside a snapshot held open", _with, long=True),
)
BARS: Sequence[Bar] = (
    Bar(
        "held snapshot: drain",
        "held_snapshot",
        DRAINED,
        0.99,
        at_most=False,
        says=">= 99 % of 800 events/s published, beside a snapshot held for 3 minutes",
    ),
    Bar(
        "held snapshot: commit to publish, p99",
        "held_snapshot",
        P99,
        2.0,
        says="<= 2 s over all of it",
        unit="s",
    ),
    Bar(
        "held snapshot: unrelated query",
        "held_snapshot",
        READ,
        1.1,
        ("held_nothing",),
        says="p50 of a read of another table <= 1.1 x what it is without the snapshot",
    ),
)
