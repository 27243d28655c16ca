"""Making and showing videos."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

from catalog.application.records import NewVideo
from catalog.domain.upload import UploadStatus
from catalog.domain.values import VideoId
from catalog.domain.video import VideoStatus
from tests.contract.subject import Subject
from tests.support.builders import a_user
from tests.support.decided import an_event_record

AT = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


def a_new_video() -> NewVideo:
    return NewVideo(VideoId(uuid.uuid4()), a_user(), "Töpfern 🏺", "first line\nsecond line")


async def test_a_new_video_waits_for_its_file_and_is_announced(subject: Subject) -> None:
    new = a_new_video()
    event = an_event_record(new.video_id, "video.created", "video", AT)
    async with subject.store.autocommit() as statements:
        video = await statements.videos.create(new, AT, event)
    assert video is not None
    assert (video.video_id, video.user_id) == (new.video_id, new.user_id)
    assert (video.title, video.description) == (new.title, new.description)
    assert (video.status, video.version) == (VideoStatus.PENDING_UPLOAD, 1)
    assert video.created_at == video.updated_at == AT
    assert (video.raw_file_reference, video.size_bytes, video.upload_id) == (None, None, None)
    assert await subject.ledger.videos() == [video]
    assert await subject.ledger.outbox() == [event]


async def test_an_id_that_is_taken_makes_and_announces_nothing(subject: Subject) -> None:
    new = a_new_video()
    first = an_event_record(new.video_id, "video.created", "video", AT)
    second = an_event_record(new.video_id, "video.created", "video", AT)
    async with subject.store.autocommit() as statements:
        video = await statements.videos.create(new, AT, first)
        again = await statements.videos.create(replace(new, title="Other"), AT, second)
    assert again is None
    assert await subject.ledger.videos() == [video]
    assert await subject.ledger.outbox() == [first]


async def test_an_owner_gets_the_video_and_nobody_else_does(subject: Subject) -> None:
    video = await subject.video()
    async with subject.store.transaction() as statements:
        for get in (statements.videos.get, statements.videos.lock):
            found = await get(video.user_id, video.video_id)
            assert found is not None
            assert (found.video_id, found.title) == (video.video_id, video.title)
            assert await get(a_user(), video.video_id) is None
            assert await get(video.user_id, VideoId(uuid.uuid4())) is None


async def test_a_video_names_the_upload_bound_to_it(subject: Subject) -> None:
    video = await subject.video()
    upload = await subject.upload(user=video.user_id, video=video)
    async with subject.store.transaction() as statements:
        shown = await statements.videos.get(video.user_id, video.video_id)
        locked = await statements.videos.lock(video.user_id, video.video_id)
    assert shown is not None
    assert shown.upload_id == upload.upload_id
    assert locked is not None
    assert locked.upload_id is None


async def test_a_video_without_an_upload_names_none(subject: Subject) -> None:
    video = await subject.video()
    async with subject.store.autocommit() as statements:
        shown = await statements.videos.get(video.user_id, video.video_id)
    assert shown is not None
    assert shown.upload_id is None


async def test_somebody_elses_upload_is_never_named(subject: Subject) -> None:
    video = await subject.video()
    await subject.upload(video=video)
    async with subject.store.autocommit() as statements:
        shown = await statements.videos.get(video.user_id, video.video_id)
    assert shown is not None
    assert shown.upload_id is None


async def test_the_upload_that_became_the_file_is_named_before_others(subject: Subject) -> None:
    earlier = await subject.upload()
    completed = await subject.completed_upload(user=earlier.user_id)
    assert completed.video_id is not None
    video = await subject.ledger.video(completed.video_id)
    await subject.forced(earlier, UploadStatus.PENDING, video_id=video.video_id)
    async with subject.store.autocommit() as statements:
        shown = await statements.videos.get(video.user_id, video.video_id)
    assert shown is not None
    assert shown.upload_id == completed.upload_id


async def test_among_waiting_uploads_the_oldest_is_named(subject: Subject) -> None:
    video = await subject.video()
    oldest = await subject.upload(user=video.user_id, video=video)
    await subject.upload(user=video.user_id, video=video)
    async with subject.store.autocommit() as statements:
        shown = await statements.videos.get(video.user_id, video.video_id)
    assert shown is not None
    assert shown.upload_id == oldest.upload_id
