"""A user's uploads in pages: by key, newest first, ties by id."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.application.list_uploads import ListUploads
from catalog.application.records import PagePosition
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import UserId
from tests.contract.subject import MADE, Subject
from tests.support.builders import a_user, init_facts


async def add(subject: Subject, user: UserId, count: int) -> list[Upload]:
    """Uploads made in one transaction: in PostgreSQL all of them at the same time."""
    made = []
    async with subject.store.transaction() as statements:
        for _ in range(count):
            timed = await statements.uploads.insert_by_user_md5(init_facts(user), MADE)
            assert timed is not None
            made.append(timed.upload)
    return made


def in_order(uploads: Sequence[Upload]) -> list[Upload]:
    return sorted(uploads, key=lambda each: (each.created_at, each.upload_id), reverse=True)


async def page(
    subject: Subject,
    user: UserId,
    status: UploadStatus | None = None,
    behind: PagePosition | None = None,
    limit: int = 100,
) -> list[Upload]:
    async with subject.store.autocommit() as statements:
        return list(await statements.uploads.page(user, status, behind, limit))


async def test_newest_first_and_ties_by_id(subject: Subject) -> None:
    user = a_user()
    made = await add(subject, user, 5) + await add(subject, user, 1) + await add(subject, user, 4)
    await add(subject, a_user(), 3)
    assert await page(subject, user) == in_order(made)
    assert await page(subject, user, limit=4) == in_order(made)[:4]


async def test_a_page_begins_behind_its_position_even_among_equal_times(subject: Subject) -> None:
    user = a_user()
    whole = in_order(await add(subject, user, 5) + await add(subject, user, 5))
    for place, last in enumerate(whole):
        behind = PagePosition(last.created_at, last.upload_id)
        assert await page(subject, user, behind=behind, limit=3) == whole[place + 1 : place + 4]


async def test_a_status_leaves_the_others_out(subject: Subject) -> None:
    user = a_user()
    failed, uploading, *pending = await add(subject, user, 4)
    failed = await subject.forced(failed, UploadStatus.FAILED, FailureCode.CANCELLED)
    uploading = await subject.forced(uploading, UploadStatus.UPLOADING)
    shown = {
        status: [each.upload_id for each in await page(subject, user, status)]
        for status in UploadStatus
    }
    assert shown == {
        UploadStatus.PENDING: [each.upload_id for each in in_order(pending)],
        UploadStatus.UPLOADING: [uploading.upload_id],
        UploadStatus.FAILED: [failed.upload_id],
        UploadStatus.COMPLETED: [],
    }


@pytest.mark.parametrize(("year", "shown"), [(1, 0), (9999, 2)])
async def test_positions_at_the_ends_of_time_are_positions(
    subject: Subject, year: int, shown: int
) -> None:
    user = a_user()
    made = await add(subject, user, 2)
    at = datetime(year, 1, 1, tzinfo=UTC)
    found = await page(subject, user, behind=PagePosition(at, made[0].upload_id))
    assert len(found) == shown


async def walked(subject: Subject, user: UserId, size: int, inserts: list[int]) -> list[Upload]:
    """All pages put together; new uploads appear after some of them."""
    pages, seen, token = ListUploads(subject.store), list[Upload](), ""
    while True:
        found = await pages(user, "", size, token)
        seen += found.uploads
        token = found.next_token
        if not token:
            return seen
        assert len(seen) < 300, "the list never ends"
        if inserts:
            await add(subject, user, inserts.pop())


@settings(
    deadline=None,
    max_examples=12,
    # Users are strangers.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.integers(1, 12), max_size=4),
    st.integers(1, 100) | st.integers(1, 5),
    st.lists(st.integers(1, 3), max_size=3),
)
async def test_pages_put_together_are_the_list_whatever_appears_meanwhile(
    subject: Subject, batches: list[int], size: int, inserts: list[int]
) -> None:
    user = a_user()
    there = [each for count in batches for each in await add(subject, user, count)]
    seen = await walked(subject, user, size, inserts)
    assert seen == in_order(there)


async def test_every_page_size_gives_the_same_list(subject: Subject) -> None:
    user = a_user()
    whole = in_order([each for count in (60, 1, 42) for each in await add(subject, user, count)])
    for size in (1, 2, 7, 20, 51, 99, 100):
        assert await walked(subject, user, size, []) == whole


async def test_an_upload_that_moves_on_keeps_its_place(subject: Subject) -> None:
    user = a_user()
    first, *_ = whole = in_order(await add(subject, user, 3))
    await subject.forced(first, UploadStatus.FAILED, FailureCode.CANCELLED, attempt=2)
    shown = [each.upload_id for each in await page(subject, user)]
    assert shown == [each.upload_id for each in whole]
