"""Every refusal is one documented answer; what went wrong inside stays inside."""

import asyncio
from typing import Any

import asyncpg
import grpc
import pytest
from structlog.testing import capture_logs

from catalog.adapters.grpc.guard import Guard
from catalog.adapters.grpc.identity import IdentityReader
from catalog.domain.errors import CatalogError, InvalidRequestError
from tests.integration.grpc.service import (
    METHODS,
    UseCases,
    reason,
    refusal,
    rich_status,
    serving,
)
from tests.unit.adapters.grpc.every_error import LEAVES, an_error

CANARY = "postgres://catalog:hunter2@10.0.0.1/catalog"
GET = "/video.v1.UploadService/GetUpload"


def caused(error: CatalogError) -> CatalogError:
    error.__cause__ = OSError(CANARY)
    return error


FAULTS: list[BaseException] = [
    ValueError(CANARY),
    KeyError(CANARY),
    OSError(5, CANARY),
    RuntimeError(CANARY),
    StopIteration(CANARY),
    StopAsyncIteration(CANARY),
    ExceptionGroup(CANARY, [ValueError(CANARY)]),
    UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
    asyncpg.PostgresSyntaxError(CANARY),
    grpc.aio.AioRpcError(grpc.StatusCode.OK, details=CANARY),
    grpc.aio.UsageError(CANARY),
    asyncio.CancelledError(CANARY),
    AssertionError(CANARY),
    MemoryError(CANARY),
    NotImplementedError(CANARY),
]


@pytest.mark.parametrize("kind", LEAVES)
async def test_every_error_of_the_domain_is_its_documented_answer(
    kind: type[CatalogError],
) -> None:
    error = an_error(kind)
    async with serving(UseCases(fault=caused(error))) as service:
        answer = await refusal(service, GET)
    assert reason(answer) == kind.reason
    assert answer.details() == kind.message
    assert rich_status(answer).code == answer.code().value[0]
    assert CANARY not in f"{answer!r}{answer.trailing_metadata()}"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
async def test_any_other_exception_is_internal_and_tells_nothing(fault: BaseException) -> None:
    with capture_logs() as logs:
        guard = Guard(IdentityReader(["user_id"]))
        async with serving(UseCases(fault=fault), guard=guard) as service:
            answer = await refusal(service, GET)
    assert answer.code() is grpc.StatusCode.INTERNAL
    assert reason(answer) == "INTERNAL"
    assert CANARY not in f"{answer!r}{answer.trailing_metadata()}{logs}"
    assert logs[-1]["log_level"] == "error"
    assert type(fault).__name__ in logs[-1]["error_types"]


@pytest.mark.parametrize("method", METHODS)
async def test_every_rpc_keeps_its_faults_inside(method: str) -> None:
    async with serving(UseCases(fault=ValueError(CANARY))) as service:
        answer = await refusal(service, method)
    assert reason(answer) == "INTERNAL"


async def test_a_stray_cancellation_answers_at_once_instead_of_never() -> None:
    async with serving(UseCases(fault=asyncio.CancelledError())) as service:
        async with asyncio.timeout(60):
            assert reason(await refusal(service, GET)) == "INTERNAL"


@pytest.mark.parametrize("method", METHODS)
async def test_bytes_that_are_no_message_are_bad_input(method: str) -> None:
    async with serving() as service:
        answer = await refusal(service, method, raw=b"\x0a\x05abc")
    assert answer.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert reason(answer) == InvalidRequestError.reason


@pytest.mark.parametrize(
    "method",
    [
        "/video.v1.UploadService/Nonsense",
        "/video.v1.Nonsense/GetUpload",
        "/video.v1.uploadservice/GetUpload",
        "//",
        "/",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    ],
)
@pytest.mark.parametrize("streaming", [False, True])
async def test_an_unknown_method_says_so(method: str, *, streaming: bool) -> None:
    async with serving() as service:
        kind = service.channel.stream_unary if streaming else service.channel.unary_unary
        call: Any = kind(method)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await (call(timeout=20) if streaming else call(b"", timeout=20))
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert reason(refused.value) == "METHOD_UNKNOWN"
