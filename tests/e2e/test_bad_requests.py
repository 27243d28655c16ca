"""Requests outside the contract: every offending field is named, and all of them at once."""

import itertools
from collections.abc import Sequence
from typing import Any

import grpc
import pytest

from catalog.api.video.v1 import upload_pb2, video_pb2
from tests.e2e.person import SECONDS, Person, an_md5
from tests.e2e.refusals import Refusal, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")
BAD_ID = ["x", "5D1991D9-E84D-4D5F-9E57-453554F112B9", "5d1991d9e84d4d5f9e57453554f112b9", "\n"]
BAD: dict[str, dict[str, Sequence[object]]] = {
    "InitResumableUpload": {
        "filename": ["", "a" * 256, "a\x00b", "a\nb", "a\x7fb", "a\u2028b", "   "],
        "size_bytes": [-1, 4_294_967_297, 2**63 - 1, -(2**63)],
        "content_type": ["", "text/html", "VIDEO/MP4", "video/mp4; codecs=avc1"],
        "content_md5_hex": [
            "",
            "a" * 31,
            "a" * 33,
            "g" * 32,
            "a" * 31 + "\n",
            "\N{FULLWIDTH DIGIT ONE}" * 32,
        ],
        "duration_seconds": [-1, 301, 2**31 - 1],
        "video_id": BAD_ID,
    },
    "GetUpload": {"upload_id": ["", *BAD_ID]},
    "BindUploadToVideo": {"upload_id": ["", *BAD_ID], "video_id": ["", *BAD_ID]},
    "CreateVideo": {
        "title": ["", "a" * 201, "a\tb", " "],
        "description": ["a" * 5001, "a\x00b", "\u2029"],
        "request_id": BAD_ID,
    },
    "GetVideo": {"video_id": ["", *BAD_ID]},
}
"""Bad values of each field, RPC by RPC."""
EDGES: list[dict[str, Any]] = [
    {"filename": "\N{FIRE}" * 255, "size_bytes": 4_294_967_296, "duration_seconds": 300},
    {"filename": "a", "size_bytes": 0, "duration_seconds": 0, "video_id": ""},
]


def good(rpc: str) -> dict[str, object]:
    if rpc != "InitResumableUpload":
        return {"title": "Holiday"} if rpc == "CreateVideo" else {}
    return {"filename": "a.mp4", "content_type": "video/mp4", "content_md5_hex": an_md5()}


async def refused(person: Person, rpc: str, fields: dict[str, object]) -> Refusal:
    of_videos = rpc in ("CreateVideo", "GetVideo")
    messages: Any = video_pb2 if of_videos else upload_pb2
    stub: Any = person.rpc.videos if of_videos else person.rpc.uploads
    request = getattr(messages, f"{rpc}Request")(**fields)
    call = getattr(stub, rpc)(request, metadata=person.metadata, timeout=SECONDS)
    answer = await refusal(call)
    assert answer.code is grpc.StatusCode.INVALID_ARGUMENT
    assert answer.reason == "INVALID_REQUEST"
    return answer


@pytest.mark.parametrize("rpc", BAD)
async def test_a_request_that_is_wrong_in_all_fields_names_them_all(
    person: Person, rpc: str
) -> None:
    fields = BAD[rpc]
    rows = zip(*(itertools.cycle(values) for values in fields.values()), strict=True)
    for row in itertools.islice(rows, max(map(len, fields.values()))):
        answer = await refused(person, rpc, dict(zip(fields, row, strict=True)))
        assert answer.offending == list(fields)


@pytest.mark.parametrize(("rpc", "field"), [(rpc, field) for rpc in BAD for field in BAD[rpc]])
async def test_a_field_that_is_wrong_alone_is_named_alone(
    person: Person, rpc: str, field: str
) -> None:
    others = [name for name in BAD[rpc] if name != field and rpc == "BindUploadToVideo"]
    fine = good(rpc) | dict.fromkeys(others, "5d1991d9-e84d-4d5f-9e57-453554f112b9")
    for value in BAD[rpc][field]:
        answer = await refused(person, rpc, {**fine, field: value})
        assert answer.offending == [field]


@pytest.mark.parametrize("edge", EDGES)
async def test_values_at_the_limits_are_accepted(person: Person, edge: dict[str, Any]) -> None:
    edge = dict(edge)
    duration = edge.pop("duration_seconds")
    request = upload_pb2.InitResumableUploadRequest(
        content_type="video/3gpp2",
        content_md5_hex=an_md5().upper(),
        duration_seconds=duration,
        **edge,
    )
    answer = await person.rpc.uploads.InitResumableUpload(
        request, metadata=person.metadata, timeout=SECONDS
    )
    assert answer.object_name == person.named(request.content_md5_hex.lower())
