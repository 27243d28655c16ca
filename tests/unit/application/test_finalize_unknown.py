"""News of objects that no upload owns, or not yet."""

from tests.support.builders import a_stored_object, a_user, an_md5, init_facts
from tests.support.world import World


async def test_an_object_of_no_upload_is_kept_as_unknown(world: World) -> None:
    stranger = a_stored_object(init_facts())
    outcome = await world.finalize(stranger)
    assert (outcome.effect, outcome.upload_id) == ("unknown_object", None)
    kept = await world.ledger.inbox(stranger.dedup_key)
    assert kept is not None
    assert (kept.outcome, kept.processed) == ("unknown_object", True)
    assert await world.ledger.outbox() == []


async def test_it_stays_unknown_however_often_it_comes(world: World) -> None:
    stranger = a_stored_object(init_facts())
    effects = [(await world.finalize(stranger)).effect for _ in range(3)]
    assert effects == ["unknown_object"] * 3


async def test_it_completes_its_upload_once_there_is_one(world: World) -> None:
    user, md5 = a_user(), an_md5()
    stored = a_stored_object(init_facts(user, md5))
    await world.finalize(stored, message_id="too early")
    upload = await world.waiting(user=user, md5=md5)
    assert (await world.finalize(stored, message_id="again")).effect == "completed"
    assert (await world.finalize(stored, message_id="again")).effect == "duplicate"
    assert await world.events_of(upload) == ["video.upload.completed"]
