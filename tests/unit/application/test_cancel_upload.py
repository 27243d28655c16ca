"""CancelUpload: the row of the state table, and what comes after it."""

from dataclasses import replace

import pytest

from catalog.adapters.memory.events import JsonEvents
from catalog.application.cancel_upload import CancelUpload
from catalog.domain.errors import InvalidRequestError, UploadCompletedError, UploadNotFoundError
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from tests.support.builders import a_stored_object, a_user, an_upload
from tests.support.ledger import decisions
from tests.support.world import World
from tests.unit.application.owner_calls import cancel

CANCELLED_EVENT = "video.upload.cancelled"


def ending(upload: Upload) -> tuple[UploadStatus, FailureCode | None]:
    return upload.status, upload.error_code


GIVEN_UP = (UploadStatus.FAILED, FailureCode.CANCELLED)


@pytest.mark.parametrize("status", [UploadStatus.PENDING, UploadStatus.UPLOADING])
async def test_a_waiting_upload_fails_and_is_announced_once(
    world: World, status: UploadStatus
) -> None:
    waiting = await world.waiting(traceparent="00-0-0-01")
    await world.ledger.put_upload(replace(waiting, status=status))
    after = await cancel(world, waiting)
    assert ending(after) == GIVEN_UP
    assert after.version == waiting.version + 1
    assert await world.now(waiting) == after
    assert await world.events_of(waiting) == [CANCELLED_EVENT]
    (event,) = await world.ledger.outbox()
    assert event.headers["version"] == str(after.version)
    assert event.headers["traceparent"] == "00-0-0-01"


async def test_an_upload_that_failed_is_cancelled_without_a_second_announcement(
    world: World,
) -> None:
    failed = await world.failed()
    before = await world.events_of(failed)
    after = await cancel(world, failed)
    assert ending(after) == GIVEN_UP
    assert await world.events_of(failed) == before
    assert decisions(await world.ledger.history(failed.upload_id))[-1] == "cancel:cancel"


async def test_cancelling_again_changes_nothing_but_the_history(world: World) -> None:
    waiting = await world.waiting()
    first = await cancel(world, waiting)
    assert await cancel(world, waiting) == first
    assert await world.events_of(waiting) == [CANCELLED_EVENT]
    assert decisions(await world.ledger.history(waiting.upload_id)) == [
        "init:insert",
        "cancel:cancel",
        "cancel:noop",
    ]


async def test_a_completed_upload_stays_completed(world: World) -> None:
    completed = await world.completed()
    with pytest.raises(UploadCompletedError):
        await cancel(world, completed)
    assert await world.now(completed) == completed


@pytest.mark.parametrize("cause", ["waiting", "failed"])
async def test_the_right_bytes_that_come_later_are_buried(world: World, cause: str) -> None:
    upload = await (world.waiting() if cause == "waiting" else world.failed())
    await cancel(world, upload)
    late = world.objects.put(a_stored_object(upload))
    await world.finalize(late)
    assert ending(await world.now(upload)) == GIVEN_UP
    buried = [each.generation for each in await world.ledger.tombstones(upload.ref)]
    assert late.generation in buried
    assert "video.upload.completed" not in await world.events_of(upload)


async def test_a_new_init_begins_anew_and_may_complete(world: World) -> None:
    waiting = await world.waiting()
    await cancel(world, waiting)
    answer = await world.init_again(waiting)
    assert (answer.upload.status, answer.upload.error_code) == (UploadStatus.PENDING, None)
    assert answer.upload.attempt == waiting.attempt + 1
    assert answer.start is not None
    await world.finalize(world.objects.put(a_stored_object(waiting)))
    assert (await world.now(waiting)).status is UploadStatus.COMPLETED


async def test_each_attempt_that_is_given_up_is_announced(world: World) -> None:
    waiting = await world.waiting()
    await cancel(world, waiting)
    await world.init_again(waiting)
    await cancel(world, waiting)
    assert await world.events_of(waiting) == [CANCELLED_EVENT] * 2


async def test_an_unknown_and_a_foreign_upload_are_refused_alike(world: World) -> None:
    user = a_user()
    foreign = await world.waiting()
    refusals = []
    for upload in (an_upload(user_id=user), replace(foreign, user_id=user)):
        with pytest.raises(UploadNotFoundError) as refusal:
            await cancel(world, upload)
        refusals.append((str(refusal.value), refusal.value.metadata))
    assert refusals[0] == refusals[1]
    assert await world.now(foreign) == foreign


@pytest.mark.parametrize("upload_id", ["", "x", "{0}", "A" * 36])
async def test_an_id_that_is_none_is_named(world: World, upload_id: str) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        await CancelUpload(world.store, JsonEvents())(a_user(), upload_id)
    assert [each.field for each in refusal.value.violations] == ["upload_id"]
