"""What the database holds of one upload, as `catalog trace` tells it."""

from pydantic import SecretStr

from catalog.application.trace_upload import TraceUpload, UploadTrace
from catalog.runtime.operations import operations_store
from catalog.runtime.settings import DatabaseSettings


async def read_trace(dsn: str, upload_id: str) -> UploadTrace:
    """Read the whole story. Raises OperationsError or UploadNotFoundError."""
    async with operations_store(DatabaseSettings(url=SecretStr(dsn))) as store:
        return await TraceUpload(store)(upload_id)
