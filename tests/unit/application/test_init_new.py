"""The first Init of a content."""

from datetime import timedelta

import pytest

from catalog.application.init_resumable_upload import InitCommand
from catalog.domain.errors import (
    DatabaseUnavailableError,
    InvalidRequestError,
    SignerUnavailableError,
    UploadsDisabledError,
)
from catalog.domain.upload import UploadStatus
from catalog.domain.values import Md5, ObjectRef
from tests.support.builders import BUCKET, NOW, a_raw_init, a_user, an_md5
from tests.support.ledger import decisions
from tests.support.world import URL_LIFE, World, memory_world

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_new_upload_waits_under_the_name_of_user_and_content(world: World) -> None:
    user, md5 = a_user(), an_md5()
    upload = (await world.init(user, md5, traceparent=TRACE)).upload
    assert upload.status is UploadStatus.PENDING
    assert (upload.user_id, upload.md5, upload.attempt) == (user, md5, 1)
    assert upload.ref == ObjectRef(BUCKET, f"videos/{user}/{md5.hex}")
    assert upload.traceparent == TRACE
    assert upload.session_expires_at == NOW + URL_LIFE + timedelta(days=7)
    assert await world.ledger.uploads() == [upload]
    assert decisions(await world.ledger.history(upload.upload_id)) == ["init:insert"]


async def test_the_answer_says_how_to_start(world: World) -> None:
    answer = await world.init(content_type="video/quicktime")
    assert answer.start is not None
    assert answer.start.expires_at == NOW + URL_LIFE
    assert world.signer.signed == [(answer.upload.ref, "video/quicktime", NOW)]


async def test_an_upper_case_md5_is_the_same_content(world: World) -> None:
    user = a_user()
    digits = "ABCDEF0123456789abcdef0123456789"
    first = await world.init(user, content_md5_hex=digits)
    second = await world.init(user, content_md5_hex=digits.lower())
    assert first.upload.upload_id == second.upload.upload_id
    assert first.upload.md5 == Md5(digits.lower())


async def test_users_and_contents_do_not_touch_each_other(world: World) -> None:
    user, md5 = a_user(), an_md5()
    uploads = {
        (await world.init(who, what)).upload.upload_id
        for who, what in ((user, md5), (a_user(), md5), (user, an_md5()))
    }
    assert len(uploads) == 3


async def test_a_bad_request_leaves_no_trace(world: World) -> None:
    with pytest.raises(InvalidRequestError):
        await world.init(filename="")
    assert await world.ledger.uploads() == []
    assert world.signer.signed == []


async def test_the_switch_turns_init_off_before_anything_is_looked_at(world: World) -> None:
    off = world.initializer(enabled=False)
    with pytest.raises(UploadsDisabledError):
        await off(InitCommand(a_user(), a_raw_init(filename="")))
    assert await world.ledger.uploads() == []


async def test_without_a_signature_the_upload_is_kept_for_the_next_try() -> None:
    world = memory_world()
    world.signer.available = False
    user, md5 = a_user(), an_md5()
    with pytest.raises(SignerUnavailableError):
        await world.init(user, md5)
    [kept] = await world.ledger.uploads()
    world.signer.available = True
    answer = await world.init(user, md5)
    assert answer.upload.upload_id == kept.upload_id
    assert answer.start is not None


async def test_a_database_that_is_down_is_a_passing_fault(world: World) -> None:
    world.store.available = False  # type: ignore[attr-defined]  # the memory store's own switch
    with pytest.raises(DatabaseUnavailableError):
        await world.init()
