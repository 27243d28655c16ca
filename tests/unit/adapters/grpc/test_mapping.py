"""Domain to wire: every field of the contract is filled, and filled rightly."""

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta, timezone

from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from catalog.adapters.grpc.mapping import (
    bind_answer,
    init_answer,
    unixms,
    upload_answer,
    video_message,
)
from catalog.application.records import SignedStart
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import Generation, Md5, UploadId, VideoId
from catalog.domain.video import VideoStatus
from tests.support.builders import NOW, a_video, an_md5, an_upload

LATER = NOW + timedelta(milliseconds=1)
START = SignedStart("https://signed", "POST", {"content-type": "video/mp4"}, LATER)


def a_full_upload() -> Upload:
    """An upload in which no field is empty, whether or not the states allow that."""
    return an_upload(
        video_id=VideoId(uuid.uuid4()),
        bytes_reported=5,
        error_code=FailureCode.MD5_MISMATCH,
        error_message="Wrong.",
        size_bytes=7,
        generation=Generation(9),
        etag="CJ+x",
        md5_hash=an_md5(),
        completed_at=LATER,
        status=UploadStatus.UPLOADING,
    )


def empty_fields(message: Message) -> set[str]:
    filled = {field.name for field, _ in message.ListFields()}
    return {field.name for field in message.DESCRIPTOR.fields} - filled


def test_nothing_of_an_upload_is_left_out() -> None:
    upload = a_full_upload()
    answer = upload_answer(upload)
    assert empty_fields(answer) == set()
    assert answer.status == "uploading"
    assert answer.gcs_generation == "9"
    assert answer.error_code == "MD5_MISMATCH"
    assert answer.md5_hash_hex == (upload.md5_hash or Md5("")).hex
    assert answer.completed_at_unixms == unixms(NOW) + 1


def test_what_is_not_known_yet_is_empty() -> None:
    assert empty_fields(upload_answer(an_upload())) == {
        "gcs_etag",
        "gcs_generation",
        "size_bytes",
        "md5_hash_hex",
        "video_id",
        "error_code",
        "error_message",
        "completed_at_unixms",
        "bytes_reported",
    }


def test_an_init_answer_has_all_that_a_client_needs() -> None:
    upload = a_full_upload()
    answer = init_answer(upload, START)
    assert empty_fields(answer) == {"already_completed"}
    assert dict(answer.resumable_init_headers) == START.headers
    assert answer.expires_at_unixms == unixms(LATER)
    assert (answer.chunk_multiple_bytes, answer.recommended_chunk_bytes) == (262144, 8388608)


def test_a_completed_upload_is_answered_without_a_url_or_a_time() -> None:
    answer = init_answer(a_full_upload(), None)
    assert answer.already_completed
    assert empty_fields(answer) == {
        "resumable_init_url",
        "expires_at_unixms",
        "resumable_init_headers",
        "resumable_init_method",
        "session_expires_at_unixms",
    }


def test_a_binding_is_shown_with_its_version() -> None:
    upload = a_full_upload()
    answer = bind_answer(upload)
    assert (answer.upload_id, answer.video_id) == (str(upload.upload_id), str(upload.video_id))
    assert answer.version == upload.version


def test_nothing_of_a_video_is_left_out() -> None:
    video = a_video(
        description="By the sea",
        status=VideoStatus.PROCESSING,
        raw_file_reference="gs://b/o",
        upload_id=UploadId(uuid.uuid4()),
        size_bytes=7,
    )
    assert empty_fields(video_message(video)) == set()
    assert video_message(video).status == "processing"
    waiting = video_message(dataclasses.replace(video, size_bytes=None, raw_file_reference=None))
    assert empty_fields(waiting) == {"size_bytes", "raw_file_reference"}


@given(st.integers(min_value=0, max_value=4_000_000_000_000), st.integers(0, 999))
def test_milliseconds_are_exact_in_every_zone(milliseconds: int, microseconds: int) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        milliseconds=milliseconds, microseconds=microseconds
    )
    assert unixms(at) == unixms(at.astimezone(timezone(timedelta(hours=5)))) == milliseconds


def test_never_is_zero() -> None:
    assert unixms(None) == 0
