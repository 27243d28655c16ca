"""One line a call: who, what, how it ended; nothing of what was said."""

import re

import pytest
from structlog.testing import capture_logs

from catalog.adapters.grpc.guard import Guard
from catalog.adapters.grpc.identity import IdentityReader
from catalog.api.video.v1 import upload_pb2
from catalog.application.init_resumable_upload import InitAnswer
from catalog.application.records import SignedStart
from catalog.domain.errors import DatabaseUnavailableError, UploadNotFoundError
from tests.integration.grpc.service import AS_USER, USER, UseCases, refusal, serving
from tests.support.builders import NOW

GET = "/video.v1.UploadService/GetUpload"


async def test_a_served_call_is_one_line_without_url_or_request() -> None:
    cases = UseCases()
    cases.answer = InitAnswer(cases.upload, SignedStart("https://signed", "POST", {}, NOW))
    with capture_logs() as logs:
        async with serving(cases, guard=Guard(IdentityReader(["user_id"]))) as service:
            request = upload_pb2.InitResumableUploadRequest(filename="holiday-canary.mp4")
            await service.uploads.InitResumableUpload(request, metadata=AS_USER)
    (line,) = logs
    assert isinstance(line.pop("milliseconds"), float)
    assert re.fullmatch(r"[0-9a-f]{32}", line.pop("trace_id"))
    assert line == {
        "event": "rpc",
        "component": "grpc",
        "log_level": "info",
        "method": "video.v1.UploadService/InitResumableUpload",
        "code": "OK",
        "user_id": str(USER),
        "upload_id": str(cases.upload.upload_id),
        "object_name": cases.upload.ref.name,
    }


@pytest.mark.parametrize(
    ("fault", "level", "code"),
    [
        (UploadNotFoundError(), "info", "NOT_FOUND"),
        (DatabaseUnavailableError(), "warning", "UNAVAILABLE"),
        (TimeoutError(), "warning", "DEADLINE_EXCEEDED"),
        (ValueError(), "error", "INTERNAL"),
    ],
)
async def test_whose_fault_it_was_decides_the_level(
    fault: Exception, level: str, code: str
) -> None:
    with capture_logs() as logs:
        guard = Guard(IdentityReader(["user_id"]))
        async with serving(UseCases(fault=fault), guard=guard) as service:
            await refusal(service, GET)
    assert [(line["log_level"], line["code"]) for line in logs] == [(level, code)]


async def test_a_refused_caller_is_logged_without_the_name_they_gave() -> None:
    with capture_logs() as logs:
        async with serving(guard=Guard(IdentityReader(["user_id"]))) as service:
            await refusal(service, GET, metadata=[("user_id", "canary")])
    assert [(line["reason"], line["code"]) for line in logs] == [
        ("IDENTITY_INVALID", "UNAUTHENTICATED")
    ]
    assert "canary" not in str(logs)
