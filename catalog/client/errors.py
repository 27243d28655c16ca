"""What can go wrong for somebody who uploads, each with a stable reason and one clear line.

No message carries a URL, a session URI or a token: whoever holds one may write to the bucket.
"""

from typing import ClassVar


class ClientError(Exception):
    """The root of everything this library raises on purpose.

    `reason` is stable and meant for programs; the message is one line for people and says
    what to do next where there is something to do.
    """

    default_reason: ClassVar[str] = "CLIENT_ERROR"

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(" ".join(message.split()))
        self.reason = reason or self.default_reason


class InvalidUsageError(ClientError):
    """The call can never work as it was made: a bad user id, an unknown content type."""

    default_reason = "INVALID_USAGE"


class AlreadyRunningError(ClientError):
    """Another run is uploading the same file for the same user."""

    default_reason = "ALREADY_RUNNING"


class FileError(ClientError):
    """The file cannot be uploaded: missing, unreadable, not a regular file."""

    default_reason = "FILE_UNREADABLE"


class NothingToUploadError(FileError):
    """The file is empty."""

    default_reason = "NOTHING_TO_UPLOAD"


class FileChangedError(FileError):
    """The file is no longer the one whose MD5 was announced."""

    default_reason = "FILE_CHANGED"


class ServiceError(ClientError):
    """Catalog answered with an error; `reason` is that of its ErrorInfo where it sent one."""

    default_reason = "SERVICE_ERROR"

    def __init__(self, message: str, *, reason: str = "", code: str = "UNKNOWN") -> None:
        super().__init__(message, reason=reason)
        self.code = code


class ServiceUnavailableError(ServiceError):
    """Catalog did not answer, or asked to come back, for longer than the settings allow.

    `retry_after` is the wait in seconds the service asked for, None when it asked for none.
    """

    default_reason = "SERVICE_UNAVAILABLE"

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        code: str = "UNAVAILABLE",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, reason=reason, code=code)
        self.retry_after = retry_after


class StorageError(ClientError):
    """Cloud Storage refused a request for good."""

    default_reason = "STORAGE_REFUSED"


class StorageUnavailableError(StorageError):
    """Cloud Storage could not be reached, or asked to come back (408, 429, 5xx).

    `retry_after` is the wait in seconds it asked for, None when it asked for none.
    """

    default_reason = "STORAGE_UNAVAILABLE"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SignatureRefusedError(StorageError):
    """Cloud Storage refused the signed URL; trying again with the same signer is no use."""

    default_reason = "SIGNATURE_REFUSED"


class UrlExpiredError(StorageError):
    """The signed URL was too old when the session was opened."""

    default_reason = "URL_EXPIRED"


class SessionLostError(StorageError):
    """The session is unknown, terminated or cancelled (404, 410, 499); only a new one helps."""

    default_reason = "SESSION_LOST"


class AccessRefusedError(StorageError):
    """Cloud Storage denied access (403) for another reason than the signature."""

    default_reason = "ACCESS_REFUSED"


class ObjectExistsError(StorageError):
    """An object of that name is already stored (412), and it is not known to be this file."""

    default_reason = "OBJECT_EXISTS"


class HashMismatchError(StorageError):
    """What arrived in Cloud Storage is not the file that was read."""

    default_reason = "HASH_MISMATCH"


class UploadFailedError(ClientError):
    """Catalog says the upload failed; `reason` is its error code."""

    default_reason = "UPLOAD_FAILED"


class NotConfirmedError(ClientError):
    """The bytes are stored, but Catalog did not confirm the upload before the deadline."""

    default_reason = "NOT_CONFIRMED"
