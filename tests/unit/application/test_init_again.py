"""Later Inits of a content: the same upload, renewed while it waits and done once completed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.domain.upload import UploadStatus
from tests.support.builders import NOW, a_stored_object
from tests.support.ledger import decisions
from tests.support.world import URL_LIFE, World


@pytest.mark.parametrize("status", [UploadStatus.PENDING, UploadStatus.UPLOADING])
async def test_a_waiting_upload_takes_the_newest_declaration(
    world: World, status: UploadStatus
) -> None:
    before = await world.waiting()
    await world.ledger.put_upload(replace(before, status=status, bytes_reported=9))
    answer = await world.init_again(
        before, filename="b.mov", content_type="video/quicktime", size_bytes=5, duration_seconds=1
    )
    after = answer.upload
    assert (after.upload_id, after.ref, after.attempt) == (before.upload_id, before.ref, 1)
    assert (after.status, after.bytes_reported) == (status, 9)
    assert (after.filename, after.content_type) == ("b.mov", "video/quicktime")
    assert (after.declared_size, after.duration_seconds) == (5, 1)
    assert answer.start is not None
    assert world.signer.signed[-1] == (before.ref, "video/quicktime", NOW)
    assert decisions(await world.ledger.history(before.upload_id)) == [
        "init:insert",
        "init:duplicate",
    ]


async def test_the_session_deadline_moves_with_the_newest_url(world: World) -> None:
    before = await world.waiting()
    world.clock.advance(timedelta(hours=1))
    answer = await world.init_again(before)
    later = NOW + timedelta(hours=1) + URL_LIFE
    assert answer.start is not None
    assert answer.start.expires_at == later
    assert answer.upload.session_expires_at == later + timedelta(days=7)


async def test_a_clock_that_goes_back_does_not_move_the_deadline(world: World) -> None:
    before = await world.waiting()
    world.clock.advance(-timedelta(hours=1))
    answer = await world.init_again(before)
    assert answer.upload.session_expires_at == before.session_expires_at


async def test_a_completed_upload_answers_without_a_start(world: World) -> None:
    before = await world.completed()
    signed = list(world.signer.signed)
    answer = await world.init_again(before, filename="other.mp4")
    assert answer.start is None
    assert answer.upload == before
    assert world.signer.signed == signed
    assert await world.now(before) == before
    assert decisions(await world.ledger.history(before.upload_id)) == [
        "init:insert",
        "finalize:complete",
        "init:duplicate",
    ]


async def test_the_news_may_come_before_the_client_has_seen_its_200(world: World) -> None:
    """Whatever the client asks next, it learns that all is done."""
    upload = await world.waiting()
    await world.finalize(a_stored_object(upload))
    shown = await world.get_upload(upload.user_id, str(upload.upload_id))
    assert shown.status is UploadStatus.COMPLETED
    assert (await world.init_again(upload)).start is None


async def test_storage_is_not_asked_while_an_upload_waits(world: World) -> None:
    before = await world.waiting()
    world.objects.available = False
    assert (await world.init_again(before)).start is not None
