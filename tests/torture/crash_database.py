"""PostgreSQL crashes under load; what it had acknowledged is there, and callers hear one word."""

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from catalog.devstack.on_thread import on_thread
from catalog.devstack.postgres import Cluster, running_cluster
from catalog.emulator import EmulatorSettings, run_emulator
from catalog.runtime import migrations
from tests.e2e.service_process import served
from tests.support.acknowledged import Acknowledged, NotedDeliveries
from tests.support.audit import Audit, Books, audit
from tests.support.crowd import Crowd
from tests.support.line import line
from tests.support.settling import settled
from tests.support.shuffled_news import ShuffledNews
from tests.torture.figures import Figures

ALLOWED = {"UNAVAILABLE", "HTTP 503"}
BACK_SECONDS = 5.0
_SETTLED_SECONDS = 60.0
_LOAD, _LOAD_SECONDS = 50, 60.0
"""Writes acknowledged before a crash, at least: what could be lost."""


@dataclass(frozen=True, slots=True)
class CrashFigures:
    """What was measured. Seconds."""

    acknowledged: int
    """Writes that were answered."""
    uploads: int
    pushes: int
    refused: Mapping[str, int]
    """How calls and pushes were refused, and how often."""
    back: list[float]
    """For each crash: from when the database accepted to the first acknowledged write."""
    service_lived: bool
    """The service is the process that it was."""
    found: Audit


async def run(folder: Path, *, crashes: int, every: float, durable: bool = True) -> CrashFigures:
    """Upload while a database of our own crashes. Raises TimeoutError.

    What was written outlives PostgreSQL in the machine's memory too, without `durable`.
    """
    said = Acknowledged()
    async with AsyncExitStack() as stack:
        owned = on_thread(running_cluster(durable=durable, trust=True))
        cluster = await stack.enter_async_context(owned)
        dsn = cluster.dsn("catalog")
        await asyncio.to_thread(migrations.apply, dsn)
        emulator = await stack.enter_async_context(run_emulator(_settings(folder)))
        emulator.pushes.log = NotedDeliveries(said)
        leading = await stack.enter_async_context(line(emulator))
        workers = {"CATALOG_WORKERS__IN_SERVER": "true"}
        log = folder / "service.log"
        service = (await stack.enter_async_context(served(emulator, dsn, log, workers))).service
        await leading.lead_to(service.grpc_port, service.http_port)
        news = ShuffledNews(emulator, said, window=50)
        crowd = Crowd(emulator, leading, said, news)
        back = await _crash_under(crowd, cluster, crashes, every)
        connection = await asyncpg.connect(dsn)
        stack.push_async_callback(connection.close)
        with contextlib.suppress(TimeoutError):  # the audit says what is missing
            await settled(connection, news, _SETTLED_SECONDS)
        return CrashFigures(
            acknowledged=len(said.moments),
            uploads=len(said.uploads),
            pushes=news.handed_over,
            refused=dict(said.refused),
            back=back,
            service_lived=service.process.returncode is None,
            found=audit(await Books.read(connection), said, emulator),
        )


async def _crash_under(crowd: Crowd, cluster: Cluster, crashes: int, every: float) -> list[float]:
    over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(crowd.upload(lambda: not over.is_set(), at_once=8))
        back = [await _crash(crowd.acknowledged, cluster, every) for _ in range(crashes)]
        await asyncio.sleep(every / 2)
        over.set()
    return back


async def _crash(said: Acknowledged, cluster: Cluster, every: float) -> float:
    """Crash it at a moment nobody chose and start it again; seconds until it was of use."""
    before = len(said.moments)
    await asyncio.sleep(random.uniform(0.5, 1.0) * every)
    async with asyncio.timeout(_LOAD_SECONDS):
        while len(said.moments) < before + _LOAD:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)
    await asyncio.to_thread(cluster.stop, "immediate")
    await asyncio.sleep(random.uniform(0.1, 0.5))
    # Answers of what was committed before the crash have all come by now.
    down = time.monotonic()
    await asyncio.to_thread(cluster.start)
    accepts = time.monotonic()
    async with asyncio.timeout(BACK_SECONDS):
        while (first := said.first_after(down)) is None:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    return max(0.0, first - accepts)


def _settings(folder: Path) -> EmulatorSettings:
    return EmulatorSettings(
        data_dir=folder / "gcs", redelivery_min_seconds=0.05, redelivery_max_seconds=1.0
    )


@pytest.mark.timeout(600)
async def test_ten_crashes_of_the_database_lose_no_acknowledged_write(
    tmp_path: Path, figures: Figures
) -> None:
    result = await run(tmp_path, crashes=10, every=6.0)

    assert result.found == Audit()
    assert result.refused.keys() <= ALLOWED
    assert result.service_lived
    figures.record(
        12,
        "PostgreSQL stopped -m immediate and started again under load",
        crashes=len(result.back),
        acknowledged_writes=result.acknowledged,
        uploads=result.uploads,
        pushes=result.pushes,
        lost=len(result.found.lost),
        unavailable_calls=result.refused.get("UNAVAILABLE", 0),
        pushes_answered_503=result.refused.get("HTTP 503", 0),
        other_errors=0,
        slowest_first_success_seconds=round(max(result.back), 2),
    )
