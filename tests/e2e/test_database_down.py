"""PostgreSQL goes away and comes back: every door says so, and no restart is needed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import grpc
import httpx
import pytest
from google.rpc import (  # type: ignore[import-untyped]  # ships stubs, but no py.typed
    error_details_pb2,
    status_pb2,
)

from catalog.devstack.on_thread import on_thread
from catalog.devstack.postgres import Cluster, running_cluster
from catalog.emulator import Emulator
from catalog.runtime import migrations
from tests.e2e.person import an_md5
from tests.e2e.sites import Site, running_site
from tests.support.waiting import seen

IMPATIENT = {
    "database": {
        "acquire_timeout_seconds": 2,
        "connect_timeout_seconds": 2,
        "command_timeout_seconds": 2,
        "pool_max_size": 4,
    }
}


@pytest.fixture
async def cluster_of_its_own() -> AsyncIterator[Cluster]:
    async with on_thread(running_cluster(durable=False, trust=True)) as cluster:
        await asyncio.to_thread(migrations.apply, cluster.dsn("catalog"))
        yield cluster


@asynccontextmanager
async def crashed(cluster: Cluster) -> AsyncIterator[None]:
    """The database has crashed within the block and answers again after it."""
    await asyncio.to_thread(cluster.stop, "immediate")
    try:
        yield
    finally:
        await asyncio.to_thread(cluster.start)


async def _refusal(call: Callable[[], Awaitable[object]]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call()
    return refused.value


def _details(error: grpc.aio.AioRpcError) -> tuple[str, float]:
    """Reason and retry delay in seconds."""
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    found = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    for detail in status_pb2.Status.FromString(found).details:
        assert detail.Unpack(info) or detail.Unpack(retry)
    return info.reason, retry.retry_delay.ToTimedelta().total_seconds()


async def _ready(site: Site, status: int) -> httpx.Response:
    url = f"{site.service.url}/readyz"
    return await seen(lambda: site.http.get(url), lambda answer: answer.status_code == status)


async def _shown(site: Site, line: str) -> None:
    """Wait until the figures hold this line."""
    metrics = site.service.running.metrics
    assert metrics is not None
    url = f"http://127.0.0.1:{metrics.port}/metrics"
    await seen(lambda: site.http.get(url), lambda answer: line in answer.text.splitlines())


async def test_every_door_says_so_and_opens_again_without_a_restart(
    cluster_of_its_own: Cluster, emulator: Emulator
) -> None:
    dsn = cluster_of_its_own.dsn("catalog")
    async with running_site(emulator, dsn, IMPATIENT) as site:
        person, md5 = site.person(), an_md5()
        upload_id = (await person.init(md5)).upload_id
        video_id = await person.make_video()

        async with crashed(cluster_of_its_own):
            unready = await _ready(site, 503)
            assert unready.json()["components"]["database"] == "unavailable"
            assert (await site.http.get(f"{site.service.url}/healthz")).status_code == 200
            await _shown(site, "db_up 0.0")
            for call in (
                lambda: person.init(an_md5()),
                lambda: person.get(upload_id),
                lambda: person.bind(upload_id, video_id),
                person.make_video,
                lambda: person.video(video_id),
            ):
                refusal = await _refusal(call)
                assert refusal.code() is grpc.StatusCode.UNAVAILABLE
                reason, delay = _details(refusal)
                assert reason == "DATABASE_UNAVAILABLE"
                assert delay > 0
            pushed = await site.pushes.send(person.finalize(md5).body())
            assert (pushed.status_code, pushed.content) == (503, b"")
            assert int(pushed.headers["retry-after"]) > 0

        await _ready(site, 200)
        await _shown(site, "db_up 1.0")
        assert (await person.get(upload_id)).status == "pending"
        assert await site.pushes.push(person.finalize(md5)) == 204
        assert (await person.get(upload_id)).status == "completed"
        assert (await person.init(an_md5())).status == "pending"
