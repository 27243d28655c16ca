"""SIGTERM: the process says so, finishes what it has begun, and ends with 0 within its grace."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import grpc
import httpx
import pytest
from grpc_health.v1 import (  # type: ignore[import-untyped]  # ships no types
    health_pb2,
    health_pb2_grpc,
)

from catalog.devstack.stack import service_settings
from catalog.emulator import Emulator
from tests.e2e.person import Person, an_md5
from tests.e2e.pushes import PushSide
from tests.e2e.service_process import Served, served
from tests.support.commands import end_of, started
from tests.support.patience import PATIENT
from tests.support.waiting import SECONDS, seen, until

GRACE = 30
"""Time to look around in while calls finish, also on a busy machine."""
TURNED_AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
"""Calls that cross the GOAWAY on the wire are cancelled by gRPC's core; both were never begun."""
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
async def process(emulator: Emulator, database: str, tmp_path: Path) -> AsyncIterator[Served]:
    settings = {**PATIENT, "CATALOG_SERVER__SHUTDOWN_GRACE_SECONDS": str(GRACE)}
    async with served(emulator, database, tmp_path / "service.log", settings) as running:
        yield running


async def _waiting_for_a_lock(dsn: str, sessions: int) -> None:
    count = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    connection = await asyncpg.connect(dsn)
    await seen(lambda: connection.fetchval(count), lambda number: number == sessions)
    await connection.close()


async def test_calls_and_pushes_in_flight_finish_while_readiness_and_health_go_dark(
    process: Served, emulator: Emulator, database: str
) -> None:
    md5 = an_md5()
    async with (
        process.rpc() as rpc,
        process.rpc() as other,
        httpx.AsyncClient(timeout=20, trust_env=False) as http,
    ):
        person = Person(rpc)
        upload_id = (await person.init(md5)).upload_id
        pushes = PushSide(http, f"{process.url}/_/gcs/callback", emulator.issuer)
        watch = health_pb2_grpc.HealthStub(other.channel).Watch(health_pb2.HealthCheckRequest())
        lock = await asyncpg.connect(database)
        async with lock.transaction():
            await lock.execute("SELECT 1 FROM catalog.uploads FOR UPDATE")
            call = asyncio.create_task(person.init(md5))
            push = asyncio.create_task(pushes.push(person.finalize(md5)))
            await _waiting_for_a_lock(database, 2)
            await seen(watch.read, lambda answer: answer.status == SERVING)

            process.service.process.send_signal(signal.SIGTERM)

            await seen(watch.read, lambda answer: answer.status == NOT_SERVING)
            readyz = f"{process.url}/readyz"
            unready = await seen(lambda: http.get(readyz), lambda answer: answer.status_code == 503)
            watch.cancel()
            assert unready.json()["components"] == {
                "database": "ok",
                "schema": "ok",
                "process": "draining",
            }
            assert not call.done()
            assert not push.done()
        assert (await call).upload_id == upload_id
        assert await push == 204
        await lock.close()
        assert await asyncio.wait_for(process.service.process.wait(), GRACE + 20) == 0


async def test_under_load_no_call_that_was_begun_fails(process: Served) -> None:
    failures: list[tuple[float, grpc.StatusCode]] = []
    done = 0

    async def caller(person: Person) -> None:
        nonlocal done
        while True:
            try:
                await person.init(an_md5())
            except grpc.aio.AioRpcError as error:
                failures.append((time.monotonic(), error.code()))
                return
            done += 1

    async with process.rpc() as first, process.rpc() as second:
        callers = [
            asyncio.create_task(caller(Person(rpc))) for rpc in (first, second) for _ in range(8)
        ]
        await until(lambda: done >= 100)
        told = time.monotonic()
        process.service.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.service.process.wait(), GRACE + 20)
        await asyncio.wait(callers, timeout=SECONDS)

    assert code == 0
    assert len(failures) == len(callers)
    assert {status for _, status in failures} <= set(TURNED_AWAY)
    assert min(at for at, _ in failures) >= told
    lines = [json.loads(line) for line in process.log.read_text().splitlines()]
    calls = [line for line in lines if line["event"] == "rpc"]
    begun = [line["code"] for line in calls if line.get("reason") != "SHUTTING_DOWN"]
    assert begun == ["OK"] * done
    assert lines[-1]["event"] == "stopped"


async def test_a_start_that_hangs_is_ended_at_once(emulator: Emulator, tmp_path: Path) -> None:
    called = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as database:
        port = database.sockets[0].getsockname()[1]
        settings = service_settings(emulator, f"postgresql://a@127.0.0.1:{port}/b")
        settings["CATALOG_DATABASE__CONNECT_TIMEOUT_SECONDS"] = "60"
        async with started("serve", folder=tmp_path, environment=settings) as process:
            await asyncio.wait_for(called.wait(), SECONDS)
            process.send_signal(signal.SIGTERM)
            ended = await end_of(process)

    assert ended.code == 0
    assert [json.loads(line)["event"] for line in ended.err.splitlines()] == ["stopped"]
