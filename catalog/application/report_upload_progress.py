"""Takes a client's word on how far its upload is."""

from dataclasses import dataclass

from catalog.application.deciding import decide_again
from catalog.application.store import Store
from catalog.domain.errors import UploadNotFoundError
from catalog.domain.policies import ProgressReport, check_progress
from catalog.domain.upload import Upload
from catalog.domain.values import UploadId, UserId


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
        upload = await decide_again(lambda: self._report(user, wanted, report))
        if upload is None:
            raise UploadNotFoundError
        return upload

    async def _report(
        self, user: UserId, upload_id: UploadId, report: ProgressReport
    ) -> Upload | None:
        async with self.store.autocommit() as statements:
            return await statements.uploads.report_progress(user, upload_id, report)
