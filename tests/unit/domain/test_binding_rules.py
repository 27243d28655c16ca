"""Whether an upload may hold a video."""

import pytest

from catalog.domain.errors import (
    UploadNotWaitingError,
    VideoAlreadyBoundError,
    VideoHeldError,
    VideoNotPendingError,
)
from catalog.domain.upload import FailureCode, UploadStatus
from catalog.domain.video import VideoStatus, check_binding, check_waiting, title_from
from tests.support.builders import a_user, a_video, an_upload

FAILED = {"status": UploadStatus.FAILED, "error_code": FailureCode.MD5_MISMATCH}
GIVEN_UP = {"status": UploadStatus.FAILED, "error_code": FailureCode.CANCELLED}


def test_an_unbound_upload_takes_a_waiting_video() -> None:
    for upload in (None, an_upload(), an_upload(**FAILED)):
        assert check_binding(upload, a_video(), []) is True


@pytest.mark.parametrize("status", VideoStatus)
def test_the_video_it_has_is_never_refused(status: VideoStatus) -> None:
    video = a_video(status=status)
    bound = an_upload(video_id=video.video_id)
    assert check_binding(bound, video, [an_upload(video_id=video.video_id)]) is False


def test_another_video_is_refused_before_anything_else() -> None:
    bound = an_upload(video_id=a_video().video_id)
    with pytest.raises(VideoAlreadyBoundError) as refusal:
        check_binding(bound, a_video(status=VideoStatus.READY), [an_upload()])
    assert refusal.value.metadata == {"video_id": str(bound.video_id)}


@pytest.mark.parametrize(
    "status", [each for each in VideoStatus if each is not VideoStatus.PENDING_UPLOAD]
)
def test_a_video_that_waits_no_longer_is_refused(status: VideoStatus) -> None:
    with pytest.raises(VideoNotPendingError) as refusal:
        check_binding(an_upload(), a_video(status=status), [])
    assert refusal.value.metadata == {"status": status.value}


@pytest.mark.parametrize("status", [UploadStatus.PENDING, UploadStatus.UPLOADING])
def test_a_waiting_holder_keeps_its_video(status: UploadStatus) -> None:
    holders = [an_upload(**FAILED), an_upload(status=status)]
    with pytest.raises(VideoHeldError):
        check_binding(an_upload(), a_video(), holders)


def test_failed_and_cancelled_holders_give_it_up() -> None:
    assert check_binding(an_upload(), a_video(), [an_upload(**FAILED), an_upload(**GIVEN_UP)])


def test_only_waiting_uploads_count_as_waiting() -> None:
    check_waiting(an_upload(status=UploadStatus.PENDING))
    check_waiting(an_upload(status=UploadStatus.UPLOADING))
    for ended in (an_upload(**FAILED), an_upload(status=UploadStatus.COMPLETED)):
        with pytest.raises(UploadNotWaitingError) as refusal:
            check_waiting(ended)
        assert refusal.value.metadata == {"status": ended.status.value}


def test_a_video_waits_for_its_owners_file_alone() -> None:
    video = a_video()
    assert video.awaits_file_of(video.user_id)
    assert not video.awaits_file_of(a_user())
    assert not a_video(user_id=video.user_id, status=VideoStatus.READY).awaits_file_of(
        video.user_id
    )


def test_a_title_made_of_a_filename_fits() -> None:
    assert title_from("holiday.mp4") == "holiday.mp4"
    assert len(title_from("x" * 255)) == 200
