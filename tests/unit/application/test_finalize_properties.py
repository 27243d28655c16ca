"""Random lives of one upload, bucket included: what must hold after every single step."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.domain.errors import PreconditionError
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import StoredObject
from catalog.domain.video import Video
from tests.support.builders import POLICY, a_stored_object, a_user, an_md5
from tests.support.world import World, memory_world

KINDS = ("right", "right", "wrong", "composite", "too large")
STEPS = st.one_of(
    st.sampled_from(["init", "init", "bind", "cancel", "prune", "delete"]),
    st.tuples(st.just("store"), st.sampled_from(KINDS)),
    st.tuples(st.just("news"), st.integers(0, 5)),
    st.tuples(st.just("news"), st.integers(0, 5)),
)
Step = str | tuple[str, object]


@dataclass(slots=True)
class Life:
    world: World
    upload: Upload
    video: Video
    stored: list[StoredObject] = field(default_factory=list)
    done: Upload | None = None

    async def take(self, step: Step) -> None:
        match step:
            case ("store", str(kind)):
                self._store(kind)
            case ("news", int(index)):
                if index < len(self.stored):
                    await self.world.finalize(self.stored[index])
            case "init":
                answer = await self.world.init_again(self.upload)
                assert (answer.start is None) == (answer.upload.phase.value == "completed")
            case "bind":
                await self._bind()
            case "cancel":
                await self._cancel()
            case "prune":
                await self.world.ledger.forget_inbox()
            case _:
                await self._delete_what_is_buried()

    def _store(self, kind: str) -> None:
        """A session completes: only where no object lives, as its precondition says."""
        if self.upload.ref in self.world.objects.live:
            return
        stored = a_stored_object(self.upload)
        if kind == "wrong":
            stored = replace(stored, md5=an_md5())
        elif kind == "composite":
            stored = replace(stored, md5=None)
        elif kind == "too large":
            stored = replace(stored, size_bytes=POLICY.max_size_bytes + 1)
        self.stored.append(self.world.objects.put(stored))

    async def tell_all(self) -> None:
        for stored in self.stored:
            await self.world.finalize(stored)

    async def _bind(self) -> None:
        try:
            await self.world.bind(self.upload, self.video)
        except PreconditionError:
            return  # ended, or bound by now

    async def _cancel(self) -> None:
        now = await self.world.now(self.upload)
        if now.status is not UploadStatus.COMPLETED:
            await self.world.ledger.put_upload(
                replace(now, status=UploadStatus.FAILED, error_code=FailureCode.CANCELLED)
            )

    async def _delete_what_is_buried(self) -> None:
        for tombstone in await self.world.ledger.tombstones(self.upload.ref):
            if not tombstone.deleted:
                await self.world.removal.remove(self.upload.ref, tombstone.generation)

    async def check(self) -> None:
        now = await self.world.now(self.upload)
        buried = [each.generation for each in await self.world.ledger.tombstones(now.ref)]
        assert now.generation not in buried
        events = await self.world.events_of(now)
        completed = now.status is UploadStatus.COMPLETED
        assert events.count("video.upload.completed") == int(completed)
        if self.done is not None:
            assert now == self.done
        if completed:
            self.done = now
            assert self.world.objects.live[now.ref].generation == now.generation
            assert now.video_id is not None


async def lived(steps: Sequence[Step]) -> Life:
    world, user = memory_world(), a_user()
    video = await world.create_video(user)
    life = Life(world, await world.waiting(user=user), video)
    for step in steps:
        await life.take(step)
        await life.check()
    return life


@settings(deadline=None, max_examples=150)
@given(st.lists(STEPS, max_size=25))
async def test_every_step_of_every_life_keeps_the_promises(steps: list[Step]) -> None:
    await lived(steps)


@settings(deadline=None, max_examples=50)
@given(st.lists(STEPS, max_size=15))
async def test_every_life_can_still_end_well(steps: list[Step]) -> None:
    """However it went so far: Init, the right bytes and their news complete the upload."""
    life = await lived(steps)
    await life.tell_all()
    await life.take("init")
    await life.take(("store", "right"))
    await life.tell_all()
    assert (await life.world.now(life.upload)).status is UploadStatus.COMPLETED
