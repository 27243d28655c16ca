"""Gives an upload up at its owner's word."""

import uuid
from dataclasses import dataclass

from catalog.application.deciding import decide_again
from catalog.application.ports import EventEncoder
from catalog.application.records import Cancellation, HistoryEntry, OutboxRecord, TimedUpload
from catalog.application.store import Store
from catalog.domain.errors import UploadCompletedError, UploadNotFoundError
from catalog.domain.events import UploadCancelled
from catalog.domain.outcomes import failed
from catalog.domain.policies import check_upload_id
from catalog.domain.upload import Effect, Upload, UploadEvent
from catalog.domain.values import UploadId, UserId


@dataclass(frozen=True, slots=True)
class CancelUpload:
    """Safe to repeat. What arrives for a cancelled upload later is removed, never completed."""

    store: Store
    encoder: EventEncoder

    async def __call__(self, user: UserId, upload_id: str) -> Upload:
        """Return the upload as it stands after the call.

        Raises InvalidRequestError, UploadNotFoundError, or UploadCompletedError.
        """
        wanted = check_upload_id(upload_id)
        return await decide_again(lambda: self._cancel(user, wanted))

    async def _cancel(self, user: UserId, upload_id: UploadId) -> Upload:
        async with self.store.transaction() as statements:
            locked = await statements.uploads.lock(user, upload_id)
            if locked is None:
                raise UploadNotFoundError
            transition = locked.upload.on(UploadEvent.CANCEL)
            entry = HistoryEntry("user", "cancel", transition.decision)
            outbox: tuple[OutboxRecord, ...] = ()
            match transition.effect:
                case Effect.REFUSED:
                    raise UploadCompletedError
                case Effect.CANCELLED:
                    outbox = (self._event(locked),)
                case Effect.RECODED:
                    pass
                case _:
                    await statements.uploads.note(upload_id, entry)
                    return locked.upload
            return await statements.uploads.mark_cancelled(
                Cancellation(locked.upload, entry, outbox)
            )

    def _event(self, locked: TimedUpload) -> OutboxRecord:
        after = failed(locked.upload, locked.upload.on(UploadEvent.CANCEL), locked.at)
        event = UploadCancelled(uuid.uuid4(), locked.at, locked.upload.traceparent, after)
        return self.encoder.encode(event)
