"""Small and large databases are alike but for their size, and both are asked at one pace."""

import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.grown.loader import BYTES_AN_UPLOAD, NoRoomError, check_room
from bench.grown.model import TAG, Fate, Grown, arrivals, fresh, of_the_busiest, some
from bench.grown.rows import FILLED
from bench.growth import ACTIVITIES, BARS
from bench.later import Later
from bench.load.paced import Asked, Paced, ask_in_turns
from bench.registry import activities, chosen

SIZES = (10_000, 30_000)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def every(rows: int) -> list[Grown]:
    return [Grown(TAG, number, rows) for number in range(rows)]


@pytest.mark.parametrize("rows", SIZES)
def test_shares_do_not_depend_on_the_size(rows: int) -> None:
    items = every(rows)
    fates = Counter(item.fate for item in items)
    assert fates[Fate.WAITING] / rows == pytest.approx(0.015, abs=0.001)
    assert fates[Fate.FAILED] / rows == pytest.approx(0.02, abs=0.002)
    assert sum(item.arrived for item in items) / rows == pytest.approx(0.067, abs=0.003)


@pytest.mark.parametrize("rows", SIZES)
def test_people_have_as_many_uploads_at_each_size(rows: int) -> None:
    owners = sorted(Counter(item.user for item in every(rows)).values(), reverse=True)
    people = rows // 10
    assert len(owners) == people
    heavy = rows // 10_000
    assert set(owners[:heavy]) == {500}
    assert set(owners[heavy : 10 * heavy]) == {100}
    assert set(owners[10 * heavy :]) <= {8, 9}


def test_no_two_uploads_have_a_key_in_common() -> None:
    uploads = next(each for each in FILLED if each.table == "uploads")
    rows = [row for item in every(10_000) for row in uploads.rows(item, NOW)]
    for key in (("upload_id",), ("bucket", "object_name"), ("user_id", "content_md5")):
        places = [uploads.columns.index(name) for name in key]
        assert len({tuple(row[place] for place in places) for row in rows}) == len(rows)


@pytest.mark.parametrize("rows", SIZES)
def test_what_is_asked_for_is_there_and_of_the_kind_that_was_meant(rows: int) -> None:
    assert {item.fate for item in some(rows, 50, Fate.WAITING)} == {Fate.WAITING}
    assert all(item.arrived for item in arrivals(rows, 50))
    assert of_the_busiest(rows).fate is Fate.WAITING
    assert len({item.md5_hex for item in fresh("new", rows, 5_000)}) == 5_000


def test_too_little_room_is_told_before_anything_is_written(tmp_path: Path) -> None:
    check_room(1, folder=str(tmp_path))
    with pytest.raises(NoRoomError, match="TMPDIR names another place"):
        check_room(10**15 // BYTES_AN_UPLOAD, folder=str(tmp_path))


def test_growth_is_measured_when_it_is_asked_for_and_only_then() -> None:
    names = {activity.name for activity in ACTIVITIES}
    assert names <= set(activities())
    assert names.isdisjoint(activity.name for activity in chosen(()))
    assert {activity.name for activity in chosen(["growth"])} == names
    assert {name for bar in BARS for name in (bar.scenario, *bar.limit)} == names


@dataclass(slots=True)
class Echo:
    """A connection that answers at once, and notes in whose turn it was asked."""

    name: str
    turns: list[str]
    asking: Paced[int] = field(default_factory=lambda: Paced(iter(range(100))))

    def start(self) -> None:
        if self.asking.next() is not None:
            self.turns.append(self.name)
            self.asking.answer(time.perf_counter())

    def close(self) -> None: ...


async def test_both_are_asked_in_turns_at_one_pace_whatever_they_answer() -> None:
    turns: list[str] = []
    echoes = [Echo(name, turns) for name in ("small", "large")]
    both = [Asked.of(echo.asking, [echo], os.getpid()) for echo in echoes]
    told = await ask_in_turns(both, rate=100, seconds=0.2, warm_seconds=0.05)
    assert [each["operations"] for each in told] == [20, 20]
    assert [each["total"] for each in told] == [25, 25]
    pairs = zip(turns[::2], turns[1::2], strict=True)
    assert {frozenset(pair) for pair in pairs} == {frozenset(("small", "large"))}


def test_nothing_is_asked_that_is_not_due() -> None:
    asking: Paced[int] = Paced(iter(range(5)))
    assert asking.next() is None
    asking.due = True
    assert asking.next() == 0
    assert asking.next() is None
    assert not asking.over.is_set()


async def test_what_is_needed_later_is_started_once_and_ended_with_the_rest() -> None:
    story: list[str] = []

    @asynccontextmanager
    async def started() -> AsyncIterator[int]:
        story.append("started")
        yield len(story)
        story.append("ended")

    async with AsyncExitStack() as stack:
        later = Later(started, stack)
        assert story == []
        assert (await later(), await later()) == (1, 1)
    assert story == ["started", "ended"]
