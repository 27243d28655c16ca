"""What Catalog itself says of an upload whose bytes are, or may be, stored."""

import asyncio

from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_delay,
    wait_random_exponential,
)

from catalog.client.errors import (
    HashMismatchError,
    NotConfirmedError,
    ServiceError,
    ServiceUnavailableError,
    UploadFailedError,
)
from catalog.client.messages import Upload
from catalog.client.service import CatalogClient

_WAITING = frozenset({"pending", "uploading"})
CANCELLED = "CANCELLED"
# The notification of an object that came in the last moment overrules it.
_OVERRULED_LATER = "SESSION_EXPIRED"


async def settled(client: CatalogClient, upload_id: str, deadline: float) -> Upload | None:
    """The upload once it is completed or failed; None if it is neither within `deadline` seconds.

    A service that is away for a while is waited for; other errors are raised.
    """
    settings = client.settings
    polling = AsyncRetrying(
        stop=stop_after_delay(deadline),
        wait=wait_random_exponential(
            multiplier=settings.poll_first_wait, max=settings.poll_longest_wait
        ),
        retry=retry_if_result(_is_open) | retry_if_exception_type(ServiceUnavailableError),
        retry_error_callback=lambda _: None,
    )
    return await polling(client.get_upload, upload_id)


async def completed(client: CatalogClient, upload_id: str, md5_hex: str, deadline: float) -> Upload:
    """The completed upload.

    Raises NotConfirmedError after `deadline` seconds, UploadFailedError when it failed, and
    HashMismatchError when other bytes than these completed it.
    """
    upload = await settled(client, upload_id, deadline)
    if upload is None:
        raise NotConfirmedError(
            f"the file is stored, but Catalog has not confirmed upload {upload_id} within "
            f"{deadline:g} s; look again later with: catalog get {upload_id}"
        )
    check(upload, md5_hex)
    return upload


def check(upload: Upload, md5_hex: str) -> None:
    """Raise for an upload that failed, or that was completed by other bytes than these."""
    if upload.status == "failed" and upload.error_code != _OVERRULED_LATER:
        raise UploadFailedError(
            f"upload {upload.upload_id} failed: {upload.error_code} {upload.error_message}",
            reason=upload.error_code,
        )
    if upload.status == "completed" and upload.md5_hash_hex != md5_hex:
        raise HashMismatchError(f"upload {upload.upload_id} was completed by another file")


async def is_cancelled(client: CatalogClient, upload_id: str) -> bool:
    """True when the upload is known to be given up; whether it is must not take long to learn."""
    try:
        async with asyncio.timeout(client.settings.timeouts.report):
            return (await client.get_upload(upload_id)).error_code == CANCELLED
    except (ServiceError, TimeoutError):
        return False


async def check_not_cancelled(client: CatalogClient, upload_id: str) -> None:
    """Raise UploadFailedError for an upload that its owner gave up."""
    upload = await client.get_upload(upload_id)
    if upload.error_code == CANCELLED:
        raise UploadFailedError(
            f"upload {upload_id} was cancelled; run the same command again to begin anew",
            reason=CANCELLED,
        )


def _is_open(upload: Upload) -> bool:
    return upload.status in _WAITING or upload.error_code == _OVERRULED_LATER
