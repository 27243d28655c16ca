"""Judging a stored object against the upload it claims to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from catalog.domain.upload import FailureCode, Transition, Upload, UploadEvent
from catalog.domain.values import StoredObject

REFUSALS: Mapping[UploadEvent, FailureCode] = MappingProxyType(
    {
        UploadEvent.FINALIZE_NO_MD5: FailureCode.MD5_UNAVAILABLE,
        UploadEvent.FINALIZE_WRONG_MD5: FailureCode.MD5_MISMATCH,
        UploadEvent.FINALIZE_TOO_LARGE: FailureCode.SIZE_LIMIT_EXCEEDED,
        # The right bytes are refused only of an upload that its owner gave up.
        UploadEvent.FINALIZE_RIGHT: FailureCode.CANCELLED,
    }
)
"""Why an object that arrived by each event is refused, where it is."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a finalize means for the upload, and what differs from what was declared."""

    event: UploadEvent
    transition: Transition
    size_differs: bool
    type_differs: bool


def classify(
    upload: Upload, stored: StoredObject, *, tombstoned: bool, max_size_bytes: int
) -> UploadEvent:
    """Name the first row of the state table that fits, from top to bottom."""
    if tombstoned:
        return UploadEvent.FINALIZE_TOMBSTONED
    if upload.generation == stored.generation:
        return UploadEvent.FINALIZE_REPEATED
    if stored.md5 is None:
        return UploadEvent.FINALIZE_NO_MD5
    if stored.md5 != upload.md5:
        return UploadEvent.FINALIZE_WRONG_MD5
    if stored.size_bytes > max_size_bytes:
        return UploadEvent.FINALIZE_TOO_LARGE
    return UploadEvent.FINALIZE_RIGHT


def judge(
    upload: Upload, stored: StoredObject, *, tombstoned: bool, max_size_bytes: int
) -> Judgement:
    """Decide what `stored` does to `upload`."""
    event = classify(upload, stored, tombstoned=tombstoned, max_size_bytes=max_size_bytes)
    return Judgement(
        event=event,
        transition=upload.on(event),
        size_differs=upload.declared_size not in (0, stored.size_bytes),
        type_differs=upload.content_type != stored.content_type,
    )
