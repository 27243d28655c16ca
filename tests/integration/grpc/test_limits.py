"""Requests over 64 KiB are refused, and say why up to four times that."""

import grpc
import pytest

from catalog.api.video.v1 import upload_pb2
from tests.integration.grpc.service import METHODS, reason, refusal, serving

GET = "/video.v1.UploadService/GetUpload"
KIB = 1024


def a_request_of(size: int) -> bytes:
    """A GetUploadRequest of exactly that many bytes."""
    raw = upload_pb2.GetUploadRequest(upload_id="u" * (size - 4)).SerializeToString()
    assert len(raw) == size
    return raw


async def test_a_request_of_exactly_64_kib_is_served() -> None:
    async with serving() as service:
        await service.call(GET, raw=a_request_of(64 * KIB))
    assert len(service.use_cases.asked) == 1


@pytest.mark.parametrize("size", [64 * KIB + 1, 200 * KIB])
async def test_a_larger_one_is_refused_with_its_reason(size: int) -> None:
    async with serving() as service:
        for method in METHODS:
            error = await refusal(service, method, raw=a_request_of(size))
            assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert reason(error) == "REQUEST_TOO_LARGE"
    assert service.use_cases.asked == []


async def test_the_transport_itself_ends_what_is_far_too_large() -> None:
    async with serving() as service:
        error = await refusal(service, GET, raw=a_request_of(300 * KIB))
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        await service.call(GET)
    assert len(service.use_cases.asked) == 1


async def test_metadata_without_end_is_refused_and_the_connection_lives_on() -> None:
    async with serving() as service:
        error = await refusal(service, GET, metadata=[("x-filler", "x" * 20 * KIB)])
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        await service.call(GET)
    assert len(service.use_cases.asked) == 1
