"""The media type a file name stands for."""

from pathlib import Path

import pytest

from catalog.client import InvalidUsageError
from catalog.client.content_type import content_type_of


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.mp4", "video/mp4"),
        ("A.MP4", "video/mp4"),
        ("a.tar.mov", "video/quicktime"),
        ("a.m4v", "video/x-m4v"),
        ("a.webm", "video/webm"),
        ("a.3gp", "video/3gpp"),
        ("a.3g2", "video/3gpp2"),
    ],
)
def test_the_extension_says_the_type_in_any_case(name: str, content_type: str) -> None:
    assert content_type_of(Path(name)) == content_type


@pytest.mark.parametrize("name", ["a", "a.txt", ".mp4"])
def test_an_unknown_extension_is_an_error_that_lists_the_known_ones(name: str) -> None:
    with pytest.raises(InvalidUsageError, match=r"\.mp4") as caught:
        content_type_of(Path(name))

    assert caught.value.reason == "UNKNOWN_CONTENT_TYPE"
