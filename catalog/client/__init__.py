"""The reference uploader: how an app gets a file into Catalog, over any line.

async with CatalogClient("localhost:9000", user_id) as client:
    result = await Uploader(client, state_dir=directory).upload(path)
"""

from catalog.client.errors import (
    AccessRefusedError,
    AlreadyRunningError,
    ClientError,
    FileChangedError,
    FileError,
    HashMismatchError,
    InvalidUsageError,
    NotConfirmedError,
    NothingToUploadError,
    ObjectExistsError,
    ServiceError,
    ServiceUnavailableError,
    SessionLostError,
    SignatureRefusedError,
    StorageError,
    StorageUnavailableError,
    UploadFailedError,
    UrlExpiredError,
)
from catalog.client.messages import Cancelled, Reported, Upload, UploadPage, Video
from catalog.client.progress import Phase, Progress, ProgressListener
from catalog.client.result import UploadResult
from catalog.client.service import CatalogClient
from catalog.client.settings import ClientSettings, RetryPolicy, Timeouts
from catalog.client.uploader import Uploader, UploadOptions

__all__ = [
    "AccessRefusedError",
    "AlreadyRunningError",
    "Cancelled",
    "CatalogClient",
    "ClientError",
    "ClientSettings",
    "FileChangedError",
    "FileError",
    "HashMismatchError",
    "InvalidUsageError",
    "NotConfirmedError",
    "NothingToUploadError",
    "ObjectExistsError",
    "Phase",
    "Progress",
    "ProgressListener",
    "Reported",
    "RetryPolicy",
    "ServiceError",
    "ServiceUnavailableError",
    "SessionLostError",
    "SignatureRefusedError",
    "StorageError",
    "StorageUnavailableError",
    "Timeouts",
    "Upload",
    "UploadFailedError",
    "UploadOptions",
    "UploadPage",
    "UploadResult",
    "Uploader",
    "UrlExpiredError",
    "Video",
]
