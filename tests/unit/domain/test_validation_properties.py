"""Validation of anything at all: the limits decide, and nothing but a named refusal comes out."""

import re
import unicodedata
import uuid
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.domain.errors import InvalidRequestError
from catalog.domain.policies import (
    RawInit,
    check_bind,
    check_init,
    check_upload_id,
    check_video,
    check_video_id,
)
from tests.support.builders import POLICY

ANY_TEXT = st.text(st.characters(), max_size=300)
UUIDS = st.one_of(st.just(""), ANY_TEXT, st.uuids().map(str), st.uuids().map(lambda it: it.hex))
RAW_INITS = st.builds(
    RawInit,
    filename=st.one_of(ANY_TEXT, st.integers(0, 260).map(lambda n: "x" * n)),
    size_bytes=st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**33)),
    content_type=st.one_of(ANY_TEXT, st.sampled_from(sorted(POLICY.allowed_content_types))),
    content_md5_hex=st.one_of(
        ANY_TEXT, st.text("0123456789abcdefABCDEFg", min_size=31, max_size=33)
    ),
    duration_seconds=st.one_of(st.integers(-(2**31), 2**31 - 1), st.integers(-2, 302)),
    video_id=UUIDS,
)
HEX_MD5 = re.compile(r"[0-9a-fA-F]{32}\Z")


def is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def is_printable(text: str) -> bool:
    return not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in text)


def offending(raw: RawInit) -> list[str]:
    """Work out from the limits alone which fields must be named."""
    fine = {
        "filename": 1 <= len(raw.filename) <= 255
        and is_printable(raw.filename)
        and not raw.filename.isspace(),
        "size_bytes": 0 <= raw.size_bytes <= POLICY.max_size_bytes,
        "content_type": raw.content_type in POLICY.allowed_content_types,
        "content_md5_hex": HEX_MD5.match(raw.content_md5_hex) is not None,
        "duration_seconds": 0 <= raw.duration_seconds <= POLICY.max_duration_seconds,
        "video_id": raw.video_id == "" or is_uuid(raw.video_id),
    }
    return [field for field, passes in fine.items() if not passes]


def named(check: Callable[[], object]) -> list[str]:
    """Name the fields that a check refuses; any other exception is the test's end."""
    try:
        check()
    except InvalidRequestError as refusal:
        fields = [each.field for each in refusal.violations]
        return fields or ["none, but refused all the same"]
    return []


@settings(deadline=None, max_examples=300)
@given(RAW_INITS)
def test_init_is_refused_for_exactly_what_is_outside_the_limits(raw: RawInit) -> None:
    assert named(lambda: check_init(raw, POLICY)) == offending(raw)


@settings(deadline=None, max_examples=150)
@given(UUIDS, UUIDS)
def test_ids_pass_in_their_one_spelling_alone(first: str, second: str) -> None:
    both = (("upload_id", first), ("video_id", second))
    wrong = [name for name, text in both if not is_uuid(text)]
    assert named(lambda: check_bind(first, second)) == wrong
    assert (named(lambda: check_upload_id(first)) == []) == is_uuid(first)
    assert (named(lambda: check_video_id(second)) == []) == is_uuid(second)


@given(st.uuids(), st.uuids())
def test_ids_come_back_as_they_were_sent(first: uuid.UUID, second: uuid.UUID) -> None:
    assert check_bind(str(first), str(second)) == (first, second)
    assert check_upload_id(str(first)) == first
    assert check_video_id(str(second)) == second


@settings(deadline=None, max_examples=150)
@given(ANY_TEXT, ANY_TEXT, UUIDS)
def test_a_video_is_refused_for_exactly_what_is_outside_the_limits(
    title: str, description: str, request_id: str
) -> None:
    lines = re.sub(r"[\n\t\r]", "", description)
    fine = {
        "title": 1 <= len(title) <= 200 and is_printable(title) and not title.isspace(),
        "description": len(description) <= 5000
        and is_printable(lines)
        and not description.isspace(),
        "request_id": request_id == "" or is_uuid(request_id),
    }
    wrong = [field for field, passes in fine.items() if not passes]
    assert named(lambda: check_video(title, description, request_id)) == wrong
