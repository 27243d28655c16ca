"""What workers do to an upload is a line of its story, with what is known of it."""

from dataclasses import dataclass, field

from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.application.delete_objects import DeleteObjects
from catalog.application.finalize_upload import FinalizeUpload
from catalog.application.object_removal import ObjectRemoval
from catalog.application.reap_sessions import ReapSessions
from catalog.application.told_upkeep import ToldFinalize, UpkeepStory
from tests.support.builders import POLICY
from tests.support.world import World
from tests.unit.application.upkeep_over_memory import OVER, put

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@dataclass(slots=True)
class Pages:
    """A journal to read."""

    lines: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def info(self, event: str, **facts: object) -> None:
        self.lines.append((event, facts))

    warning = info


def reaper(world: World, pages: Pages) -> ReapSessions:
    encoder = ProtobufEvents()
    finalize = ToldFinalize(FinalizeUpload(world.store, encoder, POLICY.max_size_bytes), pages)
    story = UpkeepStory(pages)
    return ReapSessions(world.store, world.objects, finalize, encoder, story=story)


async def test_an_upload_that_expires_says_so_in_its_own_trace(world: World) -> None:
    upload = await world.waiting(traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
    world.clock.advance(OVER)
    await reaper(world, pages := Pages())()
    assert pages.lines == [
        (
            "upload_expired",
            {
                "upload_id": str(upload.upload_id),
                "user_id": str(upload.user_id),
                "object_name": upload.ref.name,
                "trace_id": TRACE,
            },
        )
    ]


async def test_an_object_that_the_reaper_finds_says_what_came_of_it(world: World) -> None:
    upload = await world.waiting()
    stored = put(world, upload)
    world.clock.advance(OVER)
    await reaper(world, pages := Pages())()
    ((event, facts),) = pages.lines
    assert (event, facts["actor"], facts["effect"]) == ("object_finalized", "reaper", "completed")
    assert facts["upload_id"] == str(upload.upload_id)
    assert facts["gcs_generation"] == str(stored.generation)


async def test_an_object_that_goes_says_so_as_does_one_that_cannot_go_yet(world: World) -> None:
    upload = await world.failed()
    removal = ObjectRemoval(world.store, world.objects)
    delete = DeleteObjects(world.store, removal, story=UpkeepStory(pages := Pages()))
    world.objects.available = False
    await delete()
    world.clock.advance(OVER)
    world.objects.available = True
    await delete()
    assert [(event, facts["outcome"], facts["failures"]) for event, facts in pages.lines] == [
        ("object_deletion", "STORAGE_UNAVAILABLE", 0),
        ("object_deletion", "deleted", 1),
    ]
    assert {facts["object_name"] for _, facts in pages.lines} == {upload.ref.name}
    assert {facts["upload_id"] for _, facts in pages.lines} == {str(upload.upload_id)}
