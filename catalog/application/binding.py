"""Tying an upload to the video it becomes the file of, without a deadlock or a double binding."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.application.records import HistoryEntry, TimedUpload
from catalog.application.store import ConcurrentChangeError, Statements
from catalog.domain.errors import UploadNotFoundError, VideoNotFoundError
from catalog.domain.upload import Decision
from catalog.domain.values import UploadId, UserId, VideoId
from catalog.domain.video import check_binding


@dataclass(frozen=True, slots=True)
class BindingLocks:
    """An upload and a video, both locked, and whether the one must still be bound to the other."""

    mine: TimedUpload
    must_bind: bool
    failed_holders: Sequence[UploadId]
    """Failed uploads that give the video up."""


async def lock_for_binding(
    statements: Statements, user: UserId, upload_id: UploadId, video_id: VideoId
) -> BindingLocks:
    """Lock uploads in id order, then the video, then check the binding rules.

    The video's lock makes bindings of one video follow one another. Holders are
    read once more under it: one that came in between is not locked, so the
    whole transaction runs again. Raises UploadNotFoundError,
    VideoNotFoundError, a PreconditionError or ConcurrentChangeError.
    """
    locked = await statements.uploads.lock_for_binding(user, upload_id, video_id)
    mine = next((each for each in locked if each.upload.upload_id == upload_id), None)
    if mine is None:
        raise UploadNotFoundError
    video = await statements.videos.lock(user, video_id)
    if video is None:
        raise VideoNotFoundError
    held_by = await statements.uploads.holders_of_video(user, video_id)
    others = [each.upload for each in locked if each is not mine]
    if not set(held_by) <= {each.upload.upload_id for each in locked}:
        raise ConcurrentChangeError
    holders = [other for other in others if other.upload_id in held_by]
    must_bind = check_binding(mine.upload, video, holders)
    return BindingLocks(mine, must_bind, [holder.upload_id for holder in holders])


async def take_video(statements: Statements, locks: BindingLocks, video_id: VideoId) -> None:
    """Take the video from the failed uploads that hold it."""
    if locks.must_bind and locks.failed_holders:
        entry = HistoryEntry("user", "bind", Decision.NOOP, {"video_taken": str(video_id)})
        await statements.uploads.release_video(locks.failed_holders, entry)
