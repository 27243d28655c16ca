"""Limits of a video's title and description."""

import pytest

from catalog.domain.errors import InvalidRequestError
from catalog.domain.policies import check_video


def refused(title: str = "Holiday", description: str = "", request_id: str = "") -> list[str]:
    try:
        check_video(title, description, request_id)
    except InvalidRequestError as refusal:
        return [each.field for each in refusal.violations]
    return []


@pytest.mark.parametrize("title", ["", " ", "x" * 201, "a\nb", "a\x00"])
def test_a_bad_title_is_named(title: str) -> None:
    assert refused(title=title) == ["title"]


@pytest.mark.parametrize("title", ["x", "x" * 200, "Töpfern 🏺"])
def test_a_good_title_passes(title: str) -> None:
    assert refused(title=title) == []


@pytest.mark.parametrize("description", ["x" * 5001, "a\x00", "\ud800"])
def test_a_bad_description_is_named(description: str) -> None:
    assert refused(description=description) == ["description"]


@pytest.mark.parametrize("description", ["", "x" * 5000, "one\ntwo\r\n\tthree"])
def test_a_description_may_have_lines(description: str) -> None:
    assert refused(description=description) == []
