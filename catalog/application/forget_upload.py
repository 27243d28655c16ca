"""Lets a user upload again what was completed once and is gone."""

from dataclasses import dataclass

from catalog.application.deciding import decide_again
from catalog.application.ports import ObjectStore
from catalog.application.records import HistoryEntry
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.errors import UploadNotFoundError
from catalog.domain.policies import check_upload_id
from catalog.domain.upload import Decision, Upload, UploadStatus
from catalog.domain.values import UploadId


class NotForgottenError(Exception):
    """The upload stays; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class ForgetUpload:
    """`completed` is final, so the row itself goes; its story and its video stay.

    The generation that is gone is rejected for ever, whatever may still be told of it.
    """

    store: UpkeepStore
    objects: ObjectStore

    async def __call__(self, upload_id: str) -> Upload:
        """Return the upload as it was.

        Raises InvalidRequestError, UploadNotFoundError, NotForgottenError, or
        an UnavailableError when bucket or database do not answer.
        """
        wanted = check_upload_id(upload_id)
        upload = await self._completed(wanted)
        stored = await self.objects.stat(upload.ref)
        if stored is not None:
            whose = "its" if stored.generation == upload.generation else "another"
            raise NotForgottenError(
                f"{whose} object is there: {upload.ref.uri}, generation {stored.generation}"
            )
        await decide_again(lambda: self._forget(wanted))
        return upload

    async def _completed(self, upload_id: UploadId) -> Upload:
        async with self.store.transaction() as statements:
            locked = await statements.endings.lock_by_id(upload_id)
        if locked is None:
            raise UploadNotFoundError
        return _require_completed(locked.upload)

    async def _forget(self, upload_id: UploadId) -> None:
        async with self.store.transaction() as statements:
            locked = await statements.endings.lock_by_id(upload_id)
            if locked is None:
                raise UploadNotFoundError
            upload = _require_completed(locked.upload)
            detail = {"object": upload.ref.uri, "generation": str(upload.generation)}
            entry = HistoryEntry("operator", "forget", Decision.REPLACE, detail)
            await statements.endings.forget(upload, entry)


def _require_completed(upload: Upload) -> Upload:
    if upload.status is not UploadStatus.COMPLETED:
        raise NotForgottenError(f"it is {upload.status.value}: its owner may upload again as it is")
    return upload
