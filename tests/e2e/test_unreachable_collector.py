"""A collector that is not there, or that says no, harms nobody: no call, no log and no end."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.adapters.http.server import HttpSettings, http_server
from catalog.devstack.ports import free_port
from catalog.emulator import Emulator
from tests.e2e.person import Person, an_md5
from tests.e2e.service_process import served
from tests.support.patience import PATIENT

CANARY = "c4n4ry"


async def _refuse(_request: Request) -> Response:
    return Response(CANARY, status_code=401)


@asynccontextmanager
async def a_collector(kind: str) -> AsyncIterator[str]:
    """The address of one that is away, or of one that refuses and says why."""
    if kind == "away":
        yield f"http://127.0.0.1:{free_port()}"
        return
    routes = [Route("/{path:path}", _refuse, methods=["POST"])]
    settings = HttpSettings("127.0.0.1:0", grace_seconds=1)
    async with http_server(Starlette(routes=routes), settings) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.mark.parametrize("kind", ["away", "refusing"])
async def test_it_fails_no_call_and_does_not_hold_up_the_end(
    kind: str, emulator: Emulator, database: str, tmp_path: Path
) -> None:
    log = tmp_path / "service.log"
    async with a_collector(kind) as url:
        settings = {
            "CATALOG_TELEMETRY__LOG_FORMAT": "json",
            "CATALOG_TELEMETRY__OTLP_ENDPOINT": url,
            "CATALOG_TELEMETRY__OTLP_METRICS_INTERVAL_SECONDS": "0.2",
        }
        async with served(emulator, database, log, {**PATIENT, **settings}) as service:
            async with service.rpc() as rpc:
                for _ in range(20):
                    await Person(rpc).init(an_md5())
            began = time.monotonic()
            code = await service.service.stop()
            took = time.monotonic() - began
    assert code == 0
    # The grace that gRPC takes, two seconds each for spans and figures; some for a busy machine.
    assert took < 12
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    complaints = [line for line in lines if line["event"] == "telemetry_not_exported"]
    assert len(complaints) <= 1
    assert {line["event"] for line in lines} <= {
        *("serving", "stopped", "rpc", "telemetry_not_exported")
    }
    assert CANARY not in log.read_text("utf-8")
