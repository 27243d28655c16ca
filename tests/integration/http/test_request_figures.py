"""What HTTP requests leave in the figures."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from catalog.adapters.http.app import metrics_app, sidecar_app
from catalog.adapters.memory.measures import MemoryMeasures
from catalog.application.metrics.process import HTTP_COUNT, HTTP_DURATION
from tests.integration.http.sidecar import GOOD, PATH, Desk, running

Count = tuple[str, str]


def counted(measures: MemoryMeasures) -> dict[Count, float]:
    every = [(r, s) for r in HTTP_COUNT.labels["route"] for s in HTTP_COUNT.labels["status"]]
    found = {each: measures.count(HTTP_COUNT, route=each[0], status=each[1]) for each in every}
    return {each: count for each, count in found.items() if count}


async def test_every_answer_counts_for_its_route() -> None:
    measures = MemoryMeasures()
    async with running(measures=measures) as sidecar:
        await sidecar.push(b"{", GOOD)
        await sidecar.client.get(PATH)
        await sidecar.client.get("/healthz")
        sidecar.desk.components = {"database": "unavailable"}
        await sidecar.client.get("/readyz")
        await sidecar.client.get("/.env/8e4f-an-id")
    assert counted(measures) == {
        ("callback", "2xx"): 1,
        ("callback", "4xx"): 1,
        ("healthz", "2xx"): 1,
        ("readyz", "5xx"): 1,
        ("other", "4xx"): 1,
    }
    assert len(measures.recorded(HTTP_DURATION, route="callback")) == 2


@pytest.mark.parametrize("started", [False, True])
async def test_a_fault_counts_as_what_was_answered(*, started: bool) -> None:
    async def broken(request: Request) -> Response:
        if started:
            await request._send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError

    measures = MemoryMeasures()
    app = metrics_app(Route("/metrics", broken, name="metrics"), measures)
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await app({"type": "http", "method": "GET", "path": "/metrics", "headers": []}, receive, send)
    assert [each["status"] for each in sent if "status" in each] == [200 if started else 500]
    assert counted(measures) == {("metrics", "2xx" if started else "5xx"): 1}


async def test_an_application_works_without_anybody_to_tell() -> None:
    async with running() as sidecar:
        app = sidecar_app(sidecar.callback, Desk(), PATH)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://x"
        ) as client:
            assert (await client.get("/healthz")).status_code == 200
