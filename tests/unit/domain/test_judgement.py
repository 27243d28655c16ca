"""Judging a stored object: the first line of the table that fits."""

import pytest

from catalog.domain.finalize import classify, judge
from catalog.domain.upload import UploadEvent
from catalog.domain.values import Generation
from tests.support.builders import a_stored_object, an_md5, an_upload

LIMIT = 1000


@pytest.mark.parametrize(
    ("changes", "event"),
    [
        ({}, UploadEvent.FINALIZE_RIGHT),
        ({"size_bytes": LIMIT}, UploadEvent.FINALIZE_RIGHT),
        ({"size_bytes": LIMIT + 1}, UploadEvent.FINALIZE_TOO_LARGE),
        ({"size_bytes": LIMIT + 1, "md5": an_md5()}, UploadEvent.FINALIZE_WRONG_MD5),
        ({"md5": an_md5()}, UploadEvent.FINALIZE_WRONG_MD5),
        ({"size_bytes": LIMIT + 1, "md5": None}, UploadEvent.FINALIZE_NO_MD5),
        ({"md5": None}, UploadEvent.FINALIZE_NO_MD5),
        ({"generation": Generation(7), "md5": None}, UploadEvent.FINALIZE_REPEATED),
    ],
)
def test_lines_are_tried_from_top_to_bottom(changes: dict[str, object], event: UploadEvent) -> None:
    upload = an_upload(generation=Generation(7))
    stored = a_stored_object(upload, **changes)
    assert classify(upload, stored, tombstoned=False, max_size_bytes=LIMIT) is event
    buried = classify(upload, stored, tombstoned=True, max_size_bytes=LIMIT)
    assert buried is UploadEvent.FINALIZE_TOMBSTONED


@pytest.mark.parametrize(
    ("declared", "stored_size", "differs"),
    [(0, 500, False), (500, 500, False), (499, 500, True), (1000, 1, True)],
)
def test_a_size_that_was_declared_is_compared(
    declared: int, stored_size: int, *, differs: bool
) -> None:
    upload = an_upload(declared_size=declared)
    stored = a_stored_object(upload, size_bytes=stored_size)
    judgement = judge(upload, stored, tombstoned=False, max_size_bytes=LIMIT)
    assert judgement.size_differs is differs
    assert judgement.transition is upload.on(judgement.event)


def test_a_type_is_compared() -> None:
    upload = an_upload(content_type="video/mp4")
    for content_type, differs in (("video/mp4", False), ("video/quicktime", True), ("", True)):
        stored = a_stored_object(upload, content_type=content_type)
        judgement = judge(upload, stored, tombstoned=False, max_size_bytes=LIMIT)
        assert judgement.type_differs is differs
