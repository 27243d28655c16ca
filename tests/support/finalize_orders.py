"""Every order in which news, calls and repeats can reach one upload, and what must come of each.

What must come of it is worked out here from the rules alone, without the code that is tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations, product

from catalog.domain.errors import PreconditionError
from catalog.domain.upload import Upload
from catalog.domain.values import StoredObject
from catalog.domain.video import Video, VideoStatus
from tests.support.builders import a_stored_object, a_user, an_md5
from tests.support.world import World

STEPS = ("right", "wrong", "duplicate", "init", "bind")


@dataclass(frozen=True, slots=True)
class Order:
    """One story: the steps, what the duplicate repeats, and what lies in the bucket first."""

    steps: Sequence[str]
    repeated: str
    right_is_there: bool
    """The right bytes are stored before any news; otherwise objects appear with their news."""

    def news(self, step: str) -> str:
        return self.repeated if step == "duplicate" else step


def all_orders() -> Iterator[Order]:
    """120 orders of five steps, each with either duplicate and either bucket."""
    for steps, repeated, there in product(permutations(STEPS), ("right", "wrong"), (False, True)):
        yield Order(steps, repeated, there)


@dataclass(slots=True)
class Outcome:
    """What can be seen of an upload in the end."""

    status: str = "pending"
    attempt: int = 1
    bound: bool = False
    buried: set[str] = field(default_factory=set)
    events: list[str] = field(default_factory=list)


def expected(order: Order) -> Outcome:
    """Walk through the rules, line by line."""
    now, live, told = Outcome(), "right" if order.right_is_there else "", set[str]()
    for step in order.steps:
        if step == "bind":
            now.bound = now.bound or now.status == "pending"
        elif step == "init":
            if now.status == "failed":
                now.buried |= {live} if live else set()
                now.status, now.attempt, live = "pending", now.attempt + 1, ""
        else:
            news = order.news(step)
            live = live or ("" if news in told else news)
            if news not in told:
                told.add(news)
                _finalize(now, news)
    return now


def _finalize(now: Outcome, news: str) -> None:
    if news in now.buried or now.status == "completed":
        return
    if news == "right":
        now.status = "completed"
        now.events.append("video.upload.completed")
        return
    now.buried.add("wrong")
    if now.status == "pending":
        now.status = "failed"
        now.events.append("video.upload.failed")


@dataclass(frozen=True, slots=True)
class Story:
    """The upload, the video and the objects that one order plays with."""

    upload: Upload
    video: Video
    objects: dict[str, StoredObject]


async def play(world: World, order: Order) -> Outcome:
    """Do it all and look at what is kept."""
    user = a_user()
    video = await world.create_video(user)
    upload = await world.waiting(user=user)
    wrong = a_stored_object(upload, md5=an_md5())
    story = Story(upload, video, {"wrong": wrong, "right": a_stored_object(upload)})
    if order.right_is_there:
        world.objects.put(story.objects["right"])
    told: set[str] = set()
    for step in order.steps:
        if step in ("init", "bind"):
            await _call(world, step, story)
            continue
        news = order.news(step)
        if news not in told and upload.ref not in world.objects.live:
            world.objects.put(story.objects[news])
        told.add(news)
        await world.finalize(story.objects[news])
    return await _seen(world, story)


async def _call(world: World, step: str, story: Story) -> None:
    if step == "init":
        await world.init_again(story.upload)
        return
    try:
        await world.bind(story.upload, story.video)
    except PreconditionError:
        return  # the upload has ended, or has a video by now


async def _seen(world: World, story: Story) -> Outcome:
    now = await world.now(story.upload)
    video = await world.ledger.video(story.video.video_id)
    tombstones = await world.ledger.tombstones(now.ref)
    names = {stored.generation: name for name, stored in story.objects.items()}
    await _assert_whole(world, now, video)
    return Outcome(
        status=now.status.value,
        attempt=now.attempt,
        bound=now.video_id == video.video_id,
        buried={names[each.generation] for each in tombstones},
        events=await world.events_of(now),
    )


async def _assert_whole(world: World, now: Upload, video: Video) -> None:
    """A completed upload has a video that is processing and one entry of its completion."""
    entries = [each.decision.value for each in await world.ledger.history(now.upload_id)]
    done = now.status.value == "completed"
    assert entries.count("complete") == int(done)
    if done and now.video_id is not None:
        theirs = await world.ledger.video(now.video_id)
        assert theirs.status is VideoStatus.PROCESSING
    if now.video_id != video.video_id:
        assert video.status is VideoStatus.PENDING_UPLOAD
