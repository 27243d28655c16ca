"""What owners do with uploads that are there, over a world in memory."""

from catalog.adapters.memory.events import JsonEvents
from catalog.application.cancel_upload import CancelUpload
from catalog.application.list_uploads import ListUploads, UploadPage
from catalog.application.report_upload_progress import ReportUploadProgress
from catalog.domain.policies import ProgressReport
from catalog.domain.upload import Upload
from catalog.domain.values import UserId
from tests.support.world import World


async def cancel(world: World, upload: Upload) -> Upload:
    """Call CancelUpload as the upload's owner."""
    return await CancelUpload(world.store, JsonEvents())(upload.user_id, str(upload.upload_id))


async def report(world: World, upload: Upload, bytes_persisted: int = 0, count: int = 0) -> Upload:
    """Call ReportUploadProgress as the upload's owner."""
    use_case = ReportUploadProgress(world.store, world.policy.max_size_bytes)
    told = ProgressReport(bytes_persisted, count, count, count)
    return await use_case(upload.user_id, str(upload.upload_id), told)


async def page(
    world: World, user: UserId, status: str = "", size: int = 0, token: str = ""
) -> UploadPage:
    """Call ListUploads."""
    return await ListUploads(world.store)(user, status, size, token)
