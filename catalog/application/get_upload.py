"""Shows a user one of their uploads."""

from dataclasses import dataclass

from catalog.application.store import Store
from catalog.domain.errors import UploadNotFoundError
from catalog.domain.policies import check_upload_id
from catalog.domain.upload import Upload
from catalog.domain.values import UserId


@dataclass(frozen=True, slots=True)
class GetUpload:
    """One statement, no transaction."""

    store: Store

    async def __call__(self, user: UserId, upload_id: str) -> Upload:
        """Raise InvalidRequestError for a malformed id, UploadNotFoundError for any not theirs."""
        wanted = check_upload_id(upload_id)
        async with self.store.autocommit() as statements:
            upload = await statements.uploads.get(user, wanted)
        if upload is None:
            raise UploadNotFoundError
        return upload
