"""What operators read of a push."""

import base64
import json

import pytest

from catalog.cli.push_data import push_data


def a_body(data: bytes) -> bytes:
    return json.dumps({"message": {"data": base64.b64encode(data).decode()}}).encode()


def test_the_notification_is_shown_line_by_line() -> None:
    assert push_data(a_body(b'{"bucket":"b","size":"3"}')) == (
        '{\n  "bucket": "b",\n  "size": "3"\n}'
    )


def test_data_that_is_no_json_is_shown_as_it_is_made_safe() -> None:
    assert push_data(a_body(b"not json")) == "not json"
    assert "\x1b" not in (push_data(a_body(b"\x1b[2J")) or "")
    assert "\x1b" not in (push_data(a_body(b'{"a": "\\u001b[2J"}')) or "")


@pytest.mark.parametrize(
    "raw",
    [
        None, b"", b"{", b"[]", b"{}", b"null", b"\xff", b'{"message": 1}', b'{"message": {}}',
        b'{"message": {"data": 7}}', b'{"message": {"data": "%"}}', b'{"message": {"data": ""}}',
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_has_no_data_has_none_to_show(raw: bytes | None) -> None:
    assert push_data(raw) is None
