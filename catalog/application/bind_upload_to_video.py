"""Ties a waiting upload to a video that waits for its file."""

from dataclasses import dataclass

from catalog.application.binding import lock_for_binding, take_video
from catalog.application.deciding import decide_again
from catalog.application.records import HistoryEntry
from catalog.application.store import Store
from catalog.domain.policies import check_bind
from catalog.domain.upload import Decision, Upload
from catalog.domain.values import UploadId, UserId, VideoId
from catalog.domain.video import check_waiting


@dataclass(frozen=True, slots=True)
class BindUploadToVideo:
    """Safe to repeat: the same binding again changes nothing."""

    store: Store

    async def __call__(self, user: UserId, upload_id: str, video_id: str) -> Upload:
        """Return the upload as it stands after the call.

        Raises InvalidRequestError, UploadNotFoundError, VideoNotFoundError or
        the PreconditionError that applies.
        """
        upload, video = check_bind(upload_id, video_id)
        return await decide_again(lambda: self._bind(user, upload, video))

    async def _bind(self, user: UserId, upload_id: UploadId, video_id: VideoId) -> Upload:
        async with self.store.transaction() as statements:
            locks = await lock_for_binding(statements, user, upload_id, video_id)
            if not locks.must_bind:
                return locks.mine.upload
            check_waiting(locks.mine.upload)
            await take_video(statements, locks, video_id)
            entry = HistoryEntry("user", "bind", Decision.REPLACE, {"video_id": str(video_id)})
            return await statements.uploads.bind_upload_to_video(locks.mine.upload, video_id, entry)
