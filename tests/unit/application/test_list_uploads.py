"""ListUploads: pages put together are the list, whatever their size and whatever appears."""

import base64
import struct
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.application.list_uploads import UploadPage
from catalog.domain.errors import InvalidRequestError
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import UserId
from tests.support.builders import a_user
from tests.support.world import World, memory_world
from tests.unit.application.owner_calls import cancel, page, report

ENDED = {"pending": "", "uploading": "report", "failed": "cancel"}
MANY = 200
STATUSES = ["", *(each.value for each in UploadStatus)]

# Seconds since the upload before, mostly none, and the status that the upload gets.
UPLOADS = st.lists(
    st.tuples(st.sampled_from([0, 0, 0, 1]), st.sampled_from(list(ENDED))), max_size=40
)
INSERTS = st.lists(st.sampled_from([-5, 0, 1]), max_size=3)


async def add(world: World, user: UserId, seconds: int, status: str = "pending") -> Upload:
    """An upload so many seconds after the last one that was added; negative: before it."""
    world.clock.advance(timedelta(seconds=seconds))
    upload = await world.waiting(user=user)
    if status == "uploading":
        await report(world, upload)
    if status == "failed":
        await cancel(world, upload)
    return await world.now(upload)


def in_order(uploads: Sequence[Upload]) -> list[Upload]:
    return sorted(uploads, key=lambda each: (each.created_at, each.upload_id), reverse=True)


async def walk(world: World, user: UserId, size: int, status: str = "") -> list[list[Upload]]:
    """All pages."""
    pages, token = list[list[Upload]](), ""
    while not pages or token:
        found = await page(world, user, status, size, token)
        pages.append(list(found.uploads))
        token = found.next_token
        assert len(pages) < MANY, "the list never ends"
    return pages


def joined(pages: Sequence[Sequence[Upload]]) -> list[Upload]:
    return [upload for each in pages for upload in each]


@settings(deadline=None, max_examples=60)
@given(UPLOADS, st.integers(1, 100), st.sampled_from(STATUSES))
async def test_pages_of_any_size_are_the_whole_list_in_order(
    uploads: list[tuple[int, str]], size: int, status: str
) -> None:
    world, user = memory_world(), a_user()
    added = [await add(world, user, *each) for each in uploads]
    await world.waiting()
    wanted = [each for each in added if status in ("", each.status.value)]
    pages = await walk(world, user, size, status)
    assert joined(pages) == in_order(wanted)
    assert all(len(each) == size for each in pages[:-1])
    assert len(pages[-1]) > 0 or not wanted


async def test_every_page_size_gives_the_same_list() -> None:
    world, user = memory_world(), a_user()
    whole = in_order([await add(world, user, number % 3 == 0) for number in range(103)])
    for size in range(1, 101):
        assert joined(await walk(world, user, size)) == whole


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from([0, 0, 1]), max_size=20), st.integers(1, 6), INSERTS)
async def test_what_appears_while_pages_are_read_neither_repeats_nor_hides_others(
    uploads: list[int], size: int, inserts: list[int]
) -> None:
    world, user = memory_world(), a_user()
    there = [await add(world, user, seconds) for seconds in uploads]
    seen: list[Upload] = []
    token, first = "", True
    while first or token:
        found = await page(world, user, "", size, token)
        seen += found.uploads
        assert len(seen) < MANY, "the list never ends"
        token, first = found.next_token, False
        for seconds in inserts:
            await add(world, user, seconds)
            world.clock.advance(timedelta(seconds=-seconds))
        inserts = inserts[1:]
    assert seen == in_order(seen)
    assert len({each.upload_id for each in seen}) == len(seen)
    assert [each for each in seen if each in there] == in_order(there)


async def test_nobody_sees_the_uploads_of_others() -> None:
    world, user = memory_world(), a_user()
    foreign = await world.waiting()
    token = (await page_of_two(world, foreign.user_id)).next_token
    assert joined(await walk(world, user, 10)) == []
    own = await world.waiting(user=user)
    shown = (await page(world, user, "", 10, token)).uploads
    assert {each.upload_id for each in shown} <= {own.upload_id}


async def page_of_two(world: World, user: UserId) -> UploadPage:
    await world.waiting(user=user)
    return await page(world, user, "", 1)


async def test_a_page_size_of_zero_is_twenty(world: World) -> None:
    user = a_user()
    for _ in range(21):
        await world.waiting(user=user)
    found = await page(world, user)
    assert len(found.uploads) == 20
    assert found.next_token


async def named(world: World, status: str, size: int, token: str) -> list[str]:
    """The fields that a refusal names."""
    with pytest.raises(InvalidRequestError) as refusal:
        await page(world, a_user(), status, size, token)
    return [each.field for each in refusal.value.violations]


@pytest.mark.parametrize("status", ["Pending", "done", " ", "pending,failed"])
async def test_a_status_that_is_none_is_named(world: World, status: str) -> None:
    assert await named(world, status, 0, "") == ["status"]


@pytest.mark.parametrize("size", [-1, 101, 2**31 - 1])
async def test_a_size_beyond_the_limits_is_named(world: World, size: int) -> None:
    assert await named(world, "", size, "") == ["page_size"]


async def test_every_bad_field_is_named(world: World) -> None:
    assert await named(world, "x", -1, "x") == ["status", "page_size", "page_token"]


def forged(version: int, chosen: int, microseconds: int, rest: bytes = bytes(16)) -> str:
    raw = struct.pack(">BBq", version, chosen, microseconds) + rest
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        "x", "====", " ", "é", "\0", "a" * 35, "a" * 100_000, "eyJ9", "*" * 35,
        forged(2, 0, 0), forged(1, 5, 0), forged(1, 255, 0), forged(1, 0, 2**63 - 1),
        forged(1, 0, -(2**63)), forged(1, 0, 0, bytes(15)), forged(1, 0, 0, bytes(17)),
    ],
)  # fmt: skip
async def test_a_token_that_no_page_gave_is_named(world: World, token: str) -> None:
    assert await named(world, "", 0, token) == ["page_token"]


@pytest.mark.parametrize("other", ["", "failed", "uploading", "completed"])
async def test_a_token_of_another_filter_is_named(world: World, other: str) -> None:
    user = a_user()
    for _ in range(2):
        await world.waiting(user=user)
    token = (await page(world, user, "pending", 1)).next_token
    assert await named(world, other, 1, token) == ["page_token"]


async def test_a_forged_position_shows_nothing_but_own_uploads(world: World) -> None:
    own = await world.waiting()
    await world.waiting()
    shown = await page(world, own.user_id, "", 10, forged(1, 0, 2**52))
    assert list(shown.uploads) == [own]
