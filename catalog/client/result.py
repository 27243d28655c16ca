"""What an upload came to."""

from dataclasses import dataclass

from catalog.client.messages import InitAnswer, Upload
from catalog.client.state import OpenSession


@dataclass(frozen=True, slots=True)
class UploadResult:
    """A file that is stored in Cloud Storage.

    `status` is Catalog's when last asked: `completed` once it heard of the object, before that
    `pending` or `uploading`; `generation` may be empty when the file was stored earlier.
    `bytes_sent` counts what went out on the line in this run, `resumed_from` what an earlier
    run had stored. `already_completed` says that this content had been stored by somebody else
    first: by an earlier upload, or by one that won the race.
    """

    upload_id: str
    status: str
    bucket: str
    object_name: str
    generation: str
    size_bytes: int
    md5_hex: str
    video_id: str
    bytes_sent: int
    resumed_from: int
    already_completed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the bytes went, as far as is known without asking again."""

    upload_id: str
    status: str
    bucket: str
    object_name: str
    video_id: str
    generation: str = ""
    already_stored: bool = False


def announced(answer: InitAnswer) -> Target:
    """The target of content that is stored already."""
    return Target(
        upload_id=answer.upload_id,
        status=answer.status,
        bucket=answer.bucket,
        object_name=answer.object_name,
        video_id=answer.video_id,
        already_stored=True,
    )


def just_made(session: OpenSession, generation: str) -> Target:
    """The target of a session that has made its object, of which Catalog may not know yet."""
    return Target(
        upload_id=session.upload_id,
        status="uploading",
        bucket=session.bucket,
        object_name=session.object_name,
        video_id=session.video_id,
        generation=generation,
    )


def seen(upload: Upload, *, already_stored: bool = False) -> Target:
    """The target as Catalog shows it."""
    return Target(
        upload_id=upload.upload_id,
        status=upload.status,
        bucket=upload.bucket,
        object_name=upload.object_name,
        video_id=upload.video_id,
        generation=upload.gcs_generation,
        already_stored=already_stored,
    )
