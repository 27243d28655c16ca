"""Takes a client's word on how far its upload is."""

from dataclasses import dataclass

from catalog.application.store import Store
from catalog.domain.errors import UploadNotFoundError
from catalog.domain.policies import ProgressReport, check_progress
from catalog.domain.upload import Upload
from catalog.domain.values import UserId


@dataclass(frozen=True, slots=True)
class ReportUploadProgress:
    """One statement. Repeating a report adds its counts again, so clients send each once."""

    store: Store
    max_size_bytes: int

    async def __call__(self, user: UserId, upload_id: str, report: ProgressReport) -> Upload:
        """Return the upload as it stands after the call.

        Raises InvalidRequestError naming every bad field, or UploadNotFoundError.
        """
        wanted = check_progress(upload_id, report, self.max_size_bytes)
        async with self.store.autocommit() as statements:
            upload = await statements.uploads.report_progress(user, wanted, report)
        if upload is None:
            raise UploadNotFoundError
        return upload
