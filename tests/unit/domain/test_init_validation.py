"""What bad input to Init gets: every offending field by name, all at once."""

import uuid
from typing import Any

import pytest

from catalog.domain.errors import InvalidRequestError
from catalog.domain.policies import CheckedInit, check_init
from catalog.domain.values import Md5, VideoId
from tests.support.builders import POLICY, a_raw_init

MIB = 1024**2
HEX = "0123456789abcdef0123456789abcdef"

BAD: dict[str, list[Any]] = {
    "filename": [
        "",
        " ",
        "\u3000",
        "x" * 256,
        "a\x00.mp4",
        "a\n.mp4",
        "a\x7f.mp4",
        "a\x85.mp4",
        "a\u2028.mp4",
        "\ud800.mp4",
    ],
    "size_bytes": [-1, -(2**63), POLICY.max_size_bytes + 1, 2**63 - 1],
    "content_type": ["", "video/avi", "video/MP4", " video/mp4", "video/mp4; codecs=avc1"],
    "content_md5_hex": [
        "",
        HEX[:-1],
        HEX + "0",
        HEX[:-1] + "g",
        HEX[:-1] + "\n",
        f" {HEX[1:]}",
        "1B2M2Y8AsgTpgAmY7PhCfg==",
        "\uff10" * 32,
    ],
    "duration_seconds": [-1, 301, 2**31 - 1, -(2**31)],
    "video_id": [
        " ",
        "x",
        uuid.UUID(int=1).hex,
        "{00000000-0000-0000-0000-000000000001}",
        "0000000A-0000-0000-0000-000000000001",
        f"{uuid.UUID(int=1)}\n",
    ],
}

GOOD: dict[str, list[Any]] = {
    "filename": ["x", "x" * 255, "Ü ☀ 👍🏽.mov", "../../etc/passwd", "a b", "\u202ertl.mp4"],
    "size_bytes": [0, 1, POLICY.max_size_bytes],
    "content_type": sorted(POLICY.allowed_content_types),
    "content_md5_hex": [HEX, HEX.upper()],
    "duration_seconds": [0, 300],
    "video_id": ["", "8d2f3f50-6c1b-4bd6-9a55-0c6f4a4f8c11"],
}


def violations(**raw: object) -> dict[str, str]:
    try:
        check_init(a_raw_init(**raw), POLICY)
    except InvalidRequestError as refusal:
        return {each.field: each.description for each in refusal.violations}
    return {}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in BAD.items() for value in values]
)
def test_a_bad_field_is_named_and_no_other_is(field: str, value: object) -> None:
    assert list(violations(**{field: value})) == [field]


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in GOOD.items() for value in values]
)
def test_what_is_within_the_limits_passes(field: str, value: object) -> None:
    assert violations(**{field: value}) == {}


def test_every_bad_field_is_named_at_once() -> None:
    assert list(violations(**{field: values[0] for field, values in BAD.items()})) == list(BAD)


def test_the_description_says_what_would_be_right() -> None:
    told = violations(**{field: values[-1] for field, values in BAD.items()})
    assert told == {
        "filename": "must not contain control characters",
        "size_bytes": f"must be 0 to {4096 * MIB} bytes",
        "content_type": "must be one of video/mp4, video/quicktime",
        "content_md5_hex": "must be 32 hexadecimal digits",
        "duration_seconds": "must be 0 to 300 seconds",
        "video_id": "must be a UUID in lower case with hyphens",
    }


@pytest.mark.parametrize("field", ["filename", "content_type", "content_md5_hex", "video_id"])
def test_no_description_repeats_what_was_sent(field: str) -> None:
    sent = "\x00<script>"
    assert "script" not in violations(**{field: sent})[field]


def test_a_good_request_comes_back_in_domain_types() -> None:
    video = uuid.uuid4()
    raw = a_raw_init(content_md5_hex=HEX.upper(), video_id=str(video))
    assert check_init(raw, POLICY) == CheckedInit(
        filename=raw.filename,
        size_bytes=raw.size_bytes,
        content_type=raw.content_type,
        md5=Md5(HEX),
        duration_seconds=raw.duration_seconds,
        video_id=VideoId(video),
    )
