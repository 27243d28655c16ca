"""No call outlives the earlier of its caller's deadline and the server's own."""

import asyncio
import time
from dataclasses import replace

import grpc
import pytest
from structlog.testing import capture_logs

from catalog.adapters.grpc.guard import Guard
from catalog.adapters.grpc.identity import IdentityReader
from catalog.api.video.v1.upload_pb2 import GetUploadRequest
from tests.integration.grpc.service import AS_USER, GUARD, UseCases, reason, refusal, serving
from tests.support.waiting import SECONDS

GET = "/video.v1.UploadService/GetUpload"
SHORT = replace(GUARD, max_seconds=0.2)


def waiting() -> UseCases:
    return UseCases(wait=asyncio.Event())


@pytest.mark.parametrize("callers", [None, 60.0])
async def test_the_servers_deadline_ends_a_call_that_has_none_or_a_later_one(
    callers: float | None,
) -> None:
    cases = waiting()
    async with serving(cases, guard=SHORT) as service:
        error = await refusal(service, GET, timeout=callers)
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert reason(error) == "DEADLINE_EXCEEDED"
    assert cases.cancelled.is_set()


async def test_the_callers_earlier_deadline_ends_the_work_too() -> None:
    cases = waiting()
    async with serving(cases) as service:
        await service.channel.channel_ready()
        started = time.monotonic()
        error = await refusal(service, GET, timeout=1)
        async with asyncio.timeout(SECONDS):
            await cases.cancelled.wait()
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - started < GUARD.max_seconds / 2


async def test_a_timeout_of_an_adapter_is_a_deadline_exceeded() -> None:
    async with serving(UseCases(fault=TimeoutError("secret"))) as service:
        error = await refusal(service, GET)
    assert reason(error) == "DEADLINE_EXCEEDED"


async def test_a_caller_that_hangs_up_cancels_the_work() -> None:
    cases = waiting()
    with capture_logs() as logs:
        guard = Guard(IdentityReader(["user_id"]))
        async with serving(cases, guard=guard) as service, asyncio.timeout(SECONDS):
            call = service.uploads.GetUpload(GetUploadRequest(), metadata=AS_USER)
            await cases.started.wait()
            call.cancel()
            await cases.cancelled.wait()
    assert [(line["event"], line["code"]) for line in logs] == [("rpc", "CANCELLED")]
