"""What was completed and is gone may be uploaded again, at an operator's word."""

import uuid

import pytest

from catalog.application.forget_upload import ForgetUpload, NotForgottenError
from catalog.domain.errors import (
    InvalidRequestError,
    StorageUnavailableError,
    UploadNotFoundError,
)
from catalog.domain.upload import UploadStatus
from tests.support.builders import a_stored_object
from tests.support.ledger import decisions
from tests.support.world import World
from tests.unit.application.upkeep_over_memory import put, upkeep


async def test_a_forgotten_upload_can_be_made_again(world: World) -> None:
    upload = await world.completed()
    world.objects.live.clear()
    assert await upkeep(world).forget(upload) == upload
    again = (await world.init_again(upload)).upload
    assert again.upload_id != upload.upload_id
    await world.finalize(put(world, again))
    assert (await world.now(again)).status is UploadStatus.COMPLETED


async def test_its_story_and_its_video_stay(world: World) -> None:
    upload = await world.completed()
    world.objects.live.clear()
    await upkeep(world).forget(upload)
    story = decisions(await world.ledger.history(upload.upload_id))
    assert story == ["init:insert", "finalize:complete", "forget:replace"]
    [video] = await world.ledger.videos()
    assert video.raw_file_reference == upload.ref.uri


async def test_late_news_of_what_is_gone_complete_nothing(world: World) -> None:
    upload = await world.completed()
    gone = world.objects.live.pop(upload.ref)
    await upkeep(world).forget(upload)
    again = (await world.init_again(upload)).upload
    await world.ledger.forget_inbox()
    assert (await world.finalize(gone)).effect == "tombstoned"
    assert (await world.now(again)).status is UploadStatus.PENDING


async def test_an_upload_whose_object_is_there_stays(world: World) -> None:
    upload = await world.completed()
    with pytest.raises(NotForgottenError, match="its object is there: gs://"):
        await upkeep(world).forget(upload)
    assert await world.now(upload) == upload


async def test_another_object_in_its_place_is_told_apart(world: World) -> None:
    upload = await world.completed()
    other = world.objects.put(a_stored_object(upload))
    with pytest.raises(NotForgottenError, match=f"another object .* {other.generation}"):
        await upkeep(world).forget(upload)


async def test_only_completed_uploads_are_forgotten(world: World) -> None:
    for upload in (await world.waiting(), await world.failed()):
        with pytest.raises(NotForgottenError, match=f"it is {upload.status.value}"):
            await upkeep(world).forget(upload)


async def test_storage_that_is_down_decides_nothing(world: World) -> None:
    upload = await world.completed()
    world.objects.available = False
    with pytest.raises(StorageUnavailableError):
        await upkeep(world).forget(upload)
    assert await world.now(upload) == upload


async def test_an_id_of_nobody_and_no_id_are_told(world: World) -> None:
    forget = ForgetUpload(world.store, world.objects)
    with pytest.raises(UploadNotFoundError):
        await forget(str(uuid.uuid4()))
    with pytest.raises(InvalidRequestError):
        await forget("x")
