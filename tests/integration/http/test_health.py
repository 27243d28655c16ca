"""Liveness answers always, readiness answers in time and tells no secrets."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from catalog.adapters.http.app import metrics_app
from catalog.adapters.http.health import HealthEndpoints
from catalog.adapters.http.server import HttpSettings, http_server
from tests.integration.http.sidecar import Desk, running

CANARY = "postgres://catalog:hunter2@10.0.0.1/catalog"


async def test_a_process_that_needs_nothing_more_is_ready() -> None:
    async with running() as sidecar:
        answer = await sidecar.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "components": {"database": "ok"}}


async def test_what_is_missing_is_named_and_the_process_still_lives() -> None:
    desk = Desk(components={"database": "unreachable", "lifecycle": "ok"})
    async with running(desk) as sidecar:
        ready, alive = await sidecar.client.get("/readyz"), await sidecar.client.get("/healthz")
        assert (ready.status_code, alive.status_code) == (503, 200)
        assert ready.json()["components"] == desk.components
        assert alive.json() == {"status": "ok"}
        desk.components = {"database": "ok", "lifecycle": "ok"}
        assert (await sidecar.client.get("/readyz")).status_code == 200


async def test_a_check_that_fails_is_not_ready_and_tells_nothing() -> None:
    with capture_logs() as logs:
        async with running(Desk(readiness_fault=ValueError(CANARY))) as sidecar:
            answer = await sidecar.client.get("/readyz")
    assert (answer.status_code, answer.json()["components"]) == (503, {"readiness": "error"})
    assert CANARY not in f"{answer.text}{answer.headers}{logs}"


async def test_a_check_that_hangs_is_not_ready_in_time() -> None:
    health = HealthEndpoints(Desk(wait=asyncio.Event()), max_seconds=0.1)
    answer = await health.ready(Request({"type": "http"}))
    assert isinstance(answer, JSONResponse)
    assert (answer.status_code, b"timeout" in answer.body) == (503, True)


@pytest.mark.parametrize("started", [False, True])
async def test_a_fault_in_any_route_has_an_empty_answer(
    capfd: pytest.CaptureFixture[str], *, started: bool
) -> None:
    async def broken(request: Request) -> JSONResponse:
        if started:
            await request._send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError(CANARY)

    async with running() as sidecar:
        app = metrics_app(Route("/broken", broken))
        async with http_server(app, HttpSettings("127.0.0.1:0")) as server:
            base = f"http://127.0.0.1:{server.port}"
            if started:
                with pytest.raises(Exception, match="peer"):
                    await sidecar.client.get(f"{base}/broken")
            else:
                answer = await sidecar.client.get(f"{base}/broken")
                assert (answer.status_code, answer.content) == (500, b"")
    out, err = capfd.readouterr()
    assert CANARY not in out + err
