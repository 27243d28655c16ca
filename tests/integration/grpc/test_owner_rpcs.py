"""CancelUpload, ListUploads and ReportUploadProgress on the wire: what goes in, what comes out."""

from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from catalog.api.video.v1 import upload_pb2 as pb
from catalog.domain.errors import UploadCompletedError, UploadNotFoundError
from catalog.domain.policies import ProgressReport
from catalog.domain.upload import FailureCode, UploadStatus
from tests.integration.grpc.service import AS_USER, USER, UseCases, reason, refusal, serving
from tests.support.builders import an_upload

ID = "5b7b3f0a-6b7c-4d5e-8f90-123456789abc"
SERVICE = "/video.v1.UploadService"
CALLS: dict[str, tuple[Message, tuple[Any, ...]]] = {
    "CancelUpload": (pb.CancelUploadRequest(upload_id=ID), (USER, ID)),
    "ListUploads": (
        pb.ListUploadsRequest(status="failed", page_size=7, page_token="t"),
        (USER, "failed", 7, "t"),
    ),
    "ReportUploadProgress": (
        pb.ReportUploadProgressRequest(
            upload_id=ID,
            bytes_persisted=2**40,
            resume_count=1,
            offset_mismatch_count=2,
            precondition_failed_count=3,
        ),
        (USER, ID, ProgressReport(2**40, 1, 2, 3)),
    ),
}
DOUBTFUL = {
    "nobody": [],
    "malformed": [("user_id", "me")],
    "two values": [*AS_USER, ("user_id", ID)],
    "the same value twice": [*AS_USER, *AS_USER],
}


@pytest.mark.parametrize("name", CALLS)
async def test_every_field_reaches_the_use_case_for_the_caller_alone(name: str) -> None:
    request, asked = CALLS[name]
    async with serving() as service:
        await service.call(f"{SERVICE}/{name}", raw=request.SerializeToString())
    assert service.use_cases.asked == [asked]


@pytest.mark.parametrize("who", DOUBTFUL)
@pytest.mark.parametrize("name", CALLS)
async def test_none_of_them_runs_for_a_doubtful_user(name: str, who: str) -> None:
    request, _ = CALLS[name]
    async with serving() as service:
        error = await refusal(
            service,
            f"{SERVICE}/{name}",
            metadata=DOUBTFUL[who],
            raw=request.SerializeToString(),
        )
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED
    assert service.use_cases.asked == []


async def test_absent_and_foreign_uploads_are_refused_in_the_same_bytes() -> None:
    for name in ("CancelUpload", "ReportUploadProgress"):
        answers = []
        for _ in range(2):
            async with serving(UseCases(fault=UploadNotFoundError())) as service:
                answer = await refusal(service, f"{SERVICE}/{name}")
                answers.append((answer.code(), answer.details(), answer.trailing_metadata()))
        assert answers[0] == answers[1]
        assert answers[0][0] is grpc.StatusCode.NOT_FOUND


async def test_a_completed_upload_is_a_failed_precondition_with_its_reason() -> None:
    async with serving(UseCases(fault=UploadCompletedError())) as service:
        answer = await refusal(service, f"{SERVICE}/CancelUpload")
    assert answer.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert reason(answer) == "UPLOAD_COMPLETED"


async def test_answers_say_how_the_upload_stands() -> None:
    upload = an_upload(
        status=UploadStatus.FAILED,
        error_code=FailureCode.CANCELLED,
        version=4,
        bytes_reported=2**40,
    )
    async with serving(UseCases(upload=upload)) as service:
        cancelled = await service.call(f"{SERVICE}/CancelUpload")
        reported = await service.call(f"{SERVICE}/ReportUploadProgress")
        listed = await service.call(f"{SERVICE}/ListUploads")
        shown = await service.call(f"{SERVICE}/GetUpload")
    assert (cancelled.status, cancelled.error_code, cancelled.version) == ("failed", "CANCELLED", 4)
    assert (reported.status, reported.bytes_reported) == ("failed", 2**40)
    assert (list(listed.uploads), listed.next_page_token) == ([shown], "next")
