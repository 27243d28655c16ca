"""What a sweep makes of an object, and how many orphans it believes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.domain.sweep import KnownObject, OrphanLimit, Verdict, judge_object
from catalog.domain.upload import UploadStatus
from catalog.domain.values import Generation
from tests.support.builders import NOW, an_upload

AGE = timedelta(days=8)
MINE, OTHER = Generation(7), Generation(8)
OWNED = KnownObject(an_upload().upload_id, UploadStatus.PENDING)
COMPLETED = replace(OWNED, status=UploadStatus.COMPLETED, completed_by=MINE)


def verdict(known: KnownObject, age: timedelta = AGE) -> Verdict:
    return judge_object(known, MINE, created_at=NOW - age, at=NOW, orphan_age=AGE)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (COMPLETED, Verdict.KEEP),
        (replace(COMPLETED, tombstoned=True, deleted=True), Verdict.KEEP),
        (replace(COMPLETED, completed_by=OTHER), Verdict.OTHER_GENERATION),
        (replace(COMPLETED, completed_by=OTHER, tombstoned=True), Verdict.DELETION_QUEUED),
        (OWNED, Verdict.FINALIZE),
        (replace(OWNED, status=UploadStatus.UPLOADING), Verdict.FINALIZE),
        (replace(OWNED, status=UploadStatus.FAILED), Verdict.FINALIZE),
        (replace(OWNED, tombstoned=True), Verdict.DELETION_QUEUED),
        (replace(OWNED, tombstoned=True, deleted=True), Verdict.QUEUE_AGAIN),
        (KnownObject(), Verdict.ORPHAN),
        (KnownObject(referenced=True), Verdict.KEEP),
        (KnownObject(tombstoned=True), Verdict.DELETION_QUEUED),
        (KnownObject(tombstoned=True, deleted=True), Verdict.QUEUE_AGAIN),
    ],
)
def test_the_first_rule_that_fits_decides(known: KnownObject, expected: Verdict) -> None:
    assert verdict(known) is expected


def test_nobodys_object_is_an_orphan_only_when_no_session_can_be_behind_it() -> None:
    assert verdict(KnownObject(), AGE - timedelta(microseconds=1)) is Verdict.TOO_YOUNG
    assert verdict(KnownObject(), AGE) is Verdict.ORPHAN
    assert verdict(KnownObject(), timedelta(days=-1)) is Verdict.TOO_YOUNG


@pytest.mark.parametrize(
    ("objects", "orphans", "at_end", "exceeded"),
    [
        (0, 0, True, False),
        (100, 10, False, False),
        (100, 11, False, True),
        (99, 99, False, False),
        (99, 99, True, True),
        (10, 1, True, False),
        (10, 2, True, True),
    ],
)
def test_orphans_are_believed_up_to_a_share(
    objects: int, orphans: int, at_end: bool, exceeded: bool
) -> None:
    limit = OrphanLimit(max_fraction=0.1, min_objects=100)
    assert limit.is_exceeded(objects=objects, orphans=orphans, at_end=at_end) is exceeded
