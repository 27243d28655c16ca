"""A passing fault is answered 503 with nothing in it, and nothing is kept."""

import asyncio
import time

import pytest
from structlog.testing import capture_logs

from catalog.application.finalize_upload import FinalizeOutcome
from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import ContentionError, DatabaseUnavailableError, UnavailableError
from tests.integration.http.sidecar import Desk, head, running, wire
from tests.support.builders import an_upload
from tests.unit.adapters.http.pushes import GENERATION, MESSAGE_ID, NAME, a_push, body

CANARY = "postgres://catalog:hunter2@10.0.0.1/catalog"
FAULTS = [
    UnavailableError(),
    DatabaseUnavailableError(),
    ContentionError(),
    TimeoutError(CANARY),
    ValueError(CANARY),
    ExceptionGroup(CANARY, [OSError(CANARY)]),
    asyncio.CancelledError(CANARY),
]


@pytest.mark.parametrize("place", ["authenticator", "finalize"])
async def test_any_fault_asks_for_another_delivery_and_tells_nothing(place: str) -> None:
    with capture_logs() as logs:
        async with running() as sidecar:
            for fault in FAULTS:
                logs.clear()
                sidecar.doorman.fault = fault if place == "authenticator" else None
                sidecar.desk.finalize_fault = fault
                answer = await sidecar.push(body(a_push()))
                assert (answer.status_code, answer.content) == (503, b"")
                assert answer.headers["retry-after"] == "1"
                assert CANARY not in f"{answer.headers}{logs}"
                assert [line["log_level"] for line in logs] == ["error"]
                assert type(fault).__name__ in logs[0]["error_types"]
    assert sidecar.desk.quarantine == {}


@pytest.mark.parametrize(
    "fault", [DatabaseUnavailableError(), TimeoutError(), ConcurrentChangeError()]
)
async def test_poison_that_cannot_be_kept_for_now_comes_again(fault: Exception) -> None:
    desk = Desk(quarantine_fault=fault)
    async with running(desk) as sidecar:
        assert (await sidecar.push(b"{")).status_code == 503
        desk.quarantine_fault = None
        assert (await sidecar.push(b"{")).status_code == 204
    assert len(desk.quarantine) == 1


async def test_work_that_takes_too_long_is_ended_and_comes_again() -> None:
    desk = Desk(wait=asyncio.Event())
    async with running(desk, max_seconds=0.3) as sidecar:
        answer = await sidecar.push(body(a_push()))
    assert (answer.status_code, answer.content) == (503, b"")


async def test_a_body_that_comes_too_slowly_is_not_waited_for() -> None:
    async with running(max_body_seconds=0.3) as sidecar, wire(sidecar) as line:
        started = time.monotonic()
        await line.send(head(100, "authorization: Bearer good") + b"{")
        assert await line.answer() == (503, b"")
    assert time.monotonic() - started < 8
    assert sidecar.desk.quarantine == {}


async def test_a_sender_that_hangs_up_leaves_nothing_behind() -> None:
    with capture_logs() as logs:
        async with asyncio.timeout(20), running() as sidecar:
            async with wire(sidecar) as line:
                await line.send(head(100, "authorization: Bearer good") + b"{")
                await sidecar.doorman.asked.wait()
            assert (await sidecar.push(body(a_push()))).status_code == 204
    assert "push_failed" not in [line["event"] for line in logs]
    assert (len(sidecar.desk.arrivals), sidecar.desk.quarantine) == (1, {})


async def test_an_alarming_outcome_is_acknowledged_and_told_with_all_ids() -> None:
    upload = an_upload()
    desk = Desk(FinalizeOutcome("ignored", upload, alarm=True))
    with capture_logs() as logs:
        async with running(desk) as sidecar:
            assert (await sidecar.push(body(a_push()))).status_code == 204
    (line,) = logs
    assert (line["event"], line["log_level"], line["effect"]) == ("push_alarm", "error", "ignored")
    assert (line["upload_id"], line["user_id"]) == (str(upload.upload_id), str(upload.user_id))
    assert (line["object_name"], line["gcs_generation"]) == (NAME, GENERATION)
    assert line["pubsub_message_id"] == MESSAGE_ID
