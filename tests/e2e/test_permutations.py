"""Five things that happen to one upload, in all their 120 orders."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pytest

from tests.e2e.person import Person, an_md5
from tests.e2e.pushes import Finalize
from tests.e2e.refusals import refusal
from tests.e2e.sites import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
AT_ONCE = 12
REFUSED_BIND = {"failed": "UPLOAD_NOT_WAITING", "completed": "VIDEO_ALREADY_BOUND"}
"""A completed upload that was bound to nothing has the video made for it."""


class Step(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    AGAIN = "again"
    """The news pushed last, once more; the right ones where none were pushed."""
    INIT = "init"
    BIND = "bind"


@dataclass(slots=True)
class Expected:
    """What the state table says, in a dozen lines of its own."""

    status: str = "pending"
    attempt: int = 1
    bound: bool = False
    events: list[str] = field(default_factory=list)
    pushed: Step | None = None
    wrong_is_buried: bool = False
    wrong_is_deleted: bool = False

    def after(self, step: Step) -> None:
        if step is Step.AGAIN and self.pushed is None:
            step = Step.RIGHT
        waiting, failed = self.status == "pending", self.status == "failed"
        match step:
            case Step.RIGHT if waiting or failed:
                self.status = "completed"
                self.events.append("upload.completed")
            case Step.WRONG if waiting:
                self.status, self.wrong_is_buried = "failed", True
                self.events.append("upload.failed")
            case Step.INIT if failed:
                self.status, self.wrong_is_deleted = "pending", True
                self.attempt += 1
            case Step.BIND if waiting:
                self.bound = True
        if step in (Step.RIGHT, Step.WRONG):
            self.pushed = step


@dataclass(slots=True)
class Actual:
    """The same on the real stack."""

    site: Site
    person: Person
    md5: str
    upload_id: str
    video_id: str
    right: Finalize
    wrong: Finalize
    last: Finalize

    @classmethod
    async def begin(cls, site: Site, *, wrong_is_newer: bool) -> "Actual":
        person, md5 = site.person(), an_md5()
        right = person.finalize(md5)
        wrong = right.with_wrong_bytes()
        if not wrong_is_newer:
            right = right.with_right_bytes_again()
        upload = await person.init(md5)
        video_id = await person.make_video()
        return cls(site, person, md5, upload.upload_id, video_id, right, wrong, right)

    async def do(self, step: Step, expected: Expected) -> None:
        match step:
            case Step.INIT:
                answer = await self.person.init(self.md5)
                assert (answer.upload_id, answer.status) == (self.upload_id, expected.status)
                assert answer.already_completed is (expected.status == "completed")
            case Step.BIND if expected.status == "pending":
                await self.person.bind(self.upload_id, self.video_id)
            case Step.BIND:
                refused = await refusal(self.person.bind(self.upload_id, self.video_id))
                assert refused.reason == REFUSED_BIND[expected.status]
            case _:
                news = {Step.RIGHT: self.right, Step.WRONG: self.wrong}
                self.last = news.get(step, self.last)
                assert await self.site.pushes.push(self.last) == 204

    async def assert_is(self, expected: Expected) -> None:
        shown = await self.person.get(self.upload_id)
        assert (shown.status, shown.attempt) == (expected.status, expected.attempt)
        assert shown.error_code == ""
        assert shown.gcs_generation == str(self.right.generation)
        assert await self.site.records.events(self.upload_id) == expected.events
        kept = await self.site.records.tombstones(self.right.name)
        buried = {self.wrong.generation: expected.wrong_is_deleted}
        assert kept == (buried if expected.wrong_is_buried else {})
        video = await self.person.video(shown.video_id)
        assert (video.status, video.upload_id) == ("processing", self.upload_id)
        assert (shown.video_id == self.video_id) is expected.bound


async def play(site: Site, number: int, order: Sequence[Step]) -> None:
    expected = Expected()
    actual = await Actual.begin(site, wrong_is_newer=bool(number % 2))
    for step in order:
        expected.after(step)
        await actual.do(step, expected)
    assert expected.events.count("upload.completed") == 1
    await actual.assert_is(expected)


async def test_every_order_ends_as_the_table_says_with_one_completion(site: Site) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def when_there_is_room(number: int, order: Sequence[Step]) -> None:
        async with places:
            try:
                await play(site, number, order)
            except Exception as fault:
                fault.add_note(" -> ".join(order))
                raise

    async with asyncio.TaskGroup() as group:
        for number, order in enumerate(itertools.permutations(Step)):
            group.create_task(when_there_is_room(number, order))
