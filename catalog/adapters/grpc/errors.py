"""How the domain's errors look on the wire: the one table, and google.rpc.Status around it."""

from collections.abc import Mapping
from types import MappingProxyType

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import (  # type: ignore[import-untyped]  # ships stubs, but no py.typed
    error_details_pb2,
    status_pb2,
)

from catalog.domain.errors import (
    CatalogError,
    DeadlineExceededError,
    InternalError,
    InvalidRequestError,
    LimitExceededError,
    MethodUnknownError,
    NotFoundError,
    PreconditionError,
    RequestTooLargeError,
    UnauthenticatedError,
    UnavailableError,
)

DOMAIN = "catalog"
DETAILS_KEY = "grpc-status-details-bin"
"""Trailer that carries google.rpc.Status, as grpc's own status libraries spell it."""

STATUS_CODES: Mapping[type[CatalogError], grpc.StatusCode] = MappingProxyType(
    {
        InvalidRequestError: grpc.StatusCode.INVALID_ARGUMENT,
        UnauthenticatedError: grpc.StatusCode.UNAUTHENTICATED,
        NotFoundError: grpc.StatusCode.NOT_FOUND,
        PreconditionError: grpc.StatusCode.FAILED_PRECONDITION,
        UnavailableError: grpc.StatusCode.UNAVAILABLE,
        DeadlineExceededError: grpc.StatusCode.DEADLINE_EXCEEDED,
        LimitExceededError: grpc.StatusCode.RESOURCE_EXHAUSTED,
        RequestTooLargeError: grpc.StatusCode.RESOURCE_EXHAUSTED,
        MethodUnknownError: grpc.StatusCode.UNIMPLEMENTED,
        InternalError: grpc.StatusCode.INTERNAL,
    }
)
"""An error not in here has the code of its nearest ancestor that is."""


def status_code(error: CatalogError) -> grpc.StatusCode:
    """Look up the code; INTERNAL for an error that nobody placed."""
    for kind in type(error).__mro__:
        if kind in STATUS_CODES:
            return STATUS_CODES[kind]
    return grpc.StatusCode.INTERNAL


def rich_status(error: CatalogError) -> status_pb2.Status:
    """Build the answer: one ErrorInfo, and BadRequest or RetryInfo where they help the caller."""
    code = status_code(error)
    status = status_pb2.Status(code=code.value[0], message=error.message)
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)
    _add(status, info)
    if isinstance(error, InvalidRequestError):
        _add(status, _bad_request(error))
    if isinstance(error, UnavailableError | LimitExceededError):
        _add(status, _retry_info(error))
    return status


def trailers(error: CatalogError) -> tuple[tuple[str, bytes], ...]:
    """Give the trailing metadata that carries the rich status."""
    return ((DETAILS_KEY, rich_status(error).SerializeToString(deterministic=True)),)


def _add(status: status_pb2.Status, detail: Message) -> None:
    status.details.add().Pack(detail, deterministic=True)


def _bad_request(error: InvalidRequestError) -> error_details_pb2.BadRequest:
    violation = error_details_pb2.BadRequest.FieldViolation
    return error_details_pb2.BadRequest(
        field_violations=[
            violation(field=each.field, description=each.description) for each in error.violations
        ]
    )


def _retry_info(error: UnavailableError | LimitExceededError) -> error_details_pb2.RetryInfo:
    delay = Duration()
    delay.FromMilliseconds(round(error.retry_after_seconds * 1000))
    return error_details_pb2.RetryInfo(retry_delay=delay)
