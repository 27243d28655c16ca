"""Results: one JSON object for programs, readable lines for people."""

import json

import pytest

from catalog.cli.output import show

VALUES: dict[str, object] = {
    "upload_id": "u",
    "status": "completed",
    "video_id": "",
    "size_bytes": 0,
    "already_completed": False,
    "title": "a\x1b[31m\nb",
    "created_at_unixms": 1_700_000_000_123,
}


def test_json_is_one_object_with_every_value(capsys: pytest.CaptureFixture[str]) -> None:
    show(VALUES, as_json=True)

    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == VALUES


def test_people_see_what_there_is_with_times_they_can_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(VALUES, as_json=False)

    assert capsys.readouterr().out.splitlines() == [
        "upload id          u",
        "status             completed",
        "already completed  no",
        "title              a?[31m?b",
        "created at         2023-11-14T22:13:20.123+00:00",
    ]


def test_nothing_to_show_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    show({"video_id": ""}, as_json=False)

    assert capsys.readouterr().out == ""
