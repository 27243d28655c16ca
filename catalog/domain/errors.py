"""What callers can be told: each error has a stable reason; transports are chosen elsewhere."""

from dataclasses import dataclass
from typing import ClassVar


class CatalogError(Exception):
    """A refusal or fault with a stable reason and a message that is safe to show."""

    reason: ClassVar[str] = "INTERNAL"
    message: ClassVar[str] = "Something went wrong on our side."

    def __init__(self, **metadata: str) -> None:
        super().__init__(self.message)
        self.metadata = metadata


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One offending field, by its name in the contract, and what it must be."""

    field: str
    description: str


class InvalidRequestError(CatalogError):
    """The request breaks the contract; every offending field is named."""

    reason = "INVALID_REQUEST"
    message = "The request has invalid fields."

    def __init__(self, violations: list[FieldViolation]) -> None:
        super().__init__()
        self.violations = violations


class UnauthenticatedError(CatalogError):
    """The caller is not known beyond doubt."""


class IdentityMissingError(UnauthenticatedError):
    """Nobody is named."""

    reason = "IDENTITY_MISSING"
    message = "The call names no user."


class IdentityInvalidError(UnauthenticatedError):
    """The user is malformed, named several times or in contradiction."""

    reason = "IDENTITY_INVALID"
    message = "The call does not name one user beyond doubt."


class NotFoundError(CatalogError):
    """Absent, or somebody else's: the caller cannot tell which."""


class UploadNotFoundError(NotFoundError):
    """The caller has no such upload."""

    reason = "UPLOAD_NOT_FOUND"
    message = "No such upload."


class VideoNotFoundError(NotFoundError):
    """The caller has no such video."""

    reason = "VIDEO_NOT_FOUND"
    message = "No such video."


class PreconditionError(CatalogError):
    """The call does not fit the state as it is; repeating it will not help."""


class VideoAlreadyBoundError(PreconditionError):
    """The upload belongs to another video."""

    reason = "VIDEO_ALREADY_BOUND"
    message = "The upload is bound to another video."


class VideoNotPendingError(PreconditionError):
    """The video has its file already, or was given up."""

    reason = "VIDEO_NOT_PENDING"
    message = "The video does not wait for a file."


class VideoHeldError(PreconditionError):
    """A waiting upload is to become the video's file."""

    reason = "VIDEO_HELD_BY_UPLOAD"
    message = "Another upload that is under way holds the video."


class UploadNotWaitingError(PreconditionError):
    """The upload has ended."""

    reason = "UPLOAD_NOT_WAITING"
    message = "The upload is completed or failed."


class UploadCompletedError(PreconditionError):
    """A completed upload cannot be cancelled."""

    reason = "UPLOAD_COMPLETED"
    message = "The upload is completed."


class UnavailableError(CatalogError):
    """A passing fault: the same call may succeed after `retry_after_seconds`."""

    retry_after_seconds: ClassVar[float] = 1.0


class UploadsDisabledError(UnavailableError):
    """The feature switch is off."""

    reason = "UPLOADS_DISABLED"
    message = "Uploads are switched off for now."
    retry_after_seconds = 60.0


class DatabaseUnavailableError(UnavailableError):
    """The database did not answer, or not in time."""

    reason = "DATABASE_UNAVAILABLE"
    message = "The database is not available."


class StorageUnavailableError(UnavailableError):
    """Cloud Storage did not answer, or not in time."""

    reason = "STORAGE_UNAVAILABLE"
    message = "The object store is not available."


class SignerUnavailableError(UnavailableError):
    """No signature could be had."""

    reason = "SIGNER_UNAVAILABLE"
    message = "The signing service is not available."


class ObjectInTheWayError(UnavailableError):
    """A refused object is still being removed from the upload's name."""

    reason = "OBJECT_IN_THE_WAY"
    message = "An earlier object is still being removed."
    retry_after_seconds = 2.0


class ContentionError(UnavailableError):
    """The same upload changed under every one of our attempts."""

    reason = "CONTENTION"
    message = "The upload is changing too quickly."


class ShuttingDownError(UnavailableError):
    """This process is on its way out; another one serves."""

    reason = "SHUTTING_DOWN"
    message = "The server is shutting down."


class DeadlineExceededError(CatalogError):
    """The call's deadline, or the server's own, passed."""

    reason = "DEADLINE_EXCEEDED"
    message = "The deadline passed before the work was done."


class LimitExceededError(CatalogError):
    """More than may be done at once: the same call may succeed after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: float = 1.0, **metadata: str) -> None:
        super().__init__(**metadata)
        self.retry_after_seconds = retry_after_seconds


class ServerOverloadedError(LimitExceededError):
    """This process has as many calls as it can do."""

    reason = "SERVER_OVERLOADED"
    message = "The server has too much to do."


class RateLimitedError(LimitExceededError):
    """The user calls too often."""

    reason = "RATE_LIMITED"
    message = "Too many calls of this user."


class RequestTooLargeError(CatalogError):
    """The request is over the accepted size."""

    reason = "REQUEST_TOO_LARGE"
    message = "The request is too large."


class MethodUnknownError(CatalogError):
    """No such method."""

    reason = "METHOD_UNKNOWN"
    message = "No such method."


class InternalError(CatalogError):
    """A fault of ours; the log knows more."""
