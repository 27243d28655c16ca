"""Whatever says something during a call says it with the call's trace, user and upload."""

import asyncio
import uuid

import grpc
import pytest
import structlog
from structlog.testing import capture_logs

from catalog.api.video.v1 import upload_pb2
from catalog.domain.errors import UploadNotFoundError
from catalog.domain.upload import Upload
from catalog.domain.values import UserId
from catalog.runtime.logs import merge_work_facts
from tests.integration.grpc.service import AS_USER, USER, Service, UseCases, serving

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACED = [*AS_USER, ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")]
WANTED = str(uuid.uuid4())


class Speaking(UseCases):
    """Use cases with an adapter that has something to say."""

    async def get_upload(self, user: UserId, upload_id: str) -> Upload:
        structlog.get_logger().info("asked")
        raise UploadNotFoundError


async def get(service: Service, upload_id: str, metadata: list[tuple[str, str]]) -> None:
    request = upload_pb2.GetUploadRequest(upload_id=upload_id)
    with pytest.raises(grpc.aio.AioRpcError):
        await service.uploads.GetUpload(request, metadata=metadata)


async def test_a_line_during_a_call_names_trace_user_and_the_upload_asked_for() -> None:
    with capture_logs(processors=[merge_work_facts]) as logs:
        async with serving(Speaking()) as service:
            await get(service, WANTED, TRACED)
    asked, rpc = logs
    assert (asked["event"], rpc["event"]) == ("asked", "rpc")
    for line in logs:
        assert (line["trace_id"], line["user_id"]) == (TRACE, str(USER))
        assert line["upload_id"] == WANTED


async def test_an_upload_id_that_is_none_is_not_repeated() -> None:
    with capture_logs(processors=[merge_work_facts]) as logs:
        async with serving(Speaking()) as service:
            await get(service, "canary", TRACED)
    assert "canary" not in str(logs)


async def test_calls_side_by_side_do_not_mix() -> None:
    wanted = [str(uuid.uuid4()) for _ in range(20)]
    with capture_logs(processors=[merge_work_facts]) as logs:
        async with serving(Speaking()) as service, asyncio.TaskGroup() as calls:
            for each in wanted:
                trace = f"00-{uuid.UUID(each).hex}-00f067aa0ba902b7-01"
                calls.create_task(get(service, each, [*AS_USER, ("traceparent", trace)]))
    assert len(logs) == 2 * len(wanted)
    assert all(uuid.UUID(line["upload_id"]).hex == line["trace_id"] for line in logs)
