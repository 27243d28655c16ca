"""What Catalog's gRPC errors mean to a client."""

import grpc
from google.protobuf.message import DecodeError
from google.rpc import (  # type: ignore[import-untyped]  # ships .pyi without a py.typed
    error_details_pb2,
    status_pb2,
)
from grpc import StatusCode

from catalog.client.errors import ServiceError, ServiceUnavailableError

_DETAILS_KEY = "grpc-status-details-bin"


class _Details:
    """The google.rpc messages inside one error; all absent when the server sent none."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        self.reason = ""
        self.retry_after: float | None = None
        self.fields: list[str] = []
        for detail in _status(error).details:
            self._take(detail)

    def _take(self, detail: object) -> None:
        info = error_details_pb2.ErrorInfo()
        retry = error_details_pb2.RetryInfo()
        request = error_details_pb2.BadRequest()
        unpack = detail.Unpack  # type: ignore[attr-defined]  # google.protobuf.Any
        if unpack(info):
            self.reason = info.reason
        elif unpack(retry):
            self.retry_after = retry.retry_delay.ToTimedelta().total_seconds()
        elif unpack(request):
            self.fields = [f"{one.field}: {one.description}" for one in request.field_violations]


def _status(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    status = status_pb2.Status()
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                status.ParseFromString(value)
            except DecodeError:
                return status_pb2.Status()
    return status


def service_error(error: grpc.aio.AioRpcError, target: str) -> ServiceError:
    """The client's error for one failed call to `target`."""
    details = _Details(error)
    code = error.code()
    if _is_passing(code, details):
        return ServiceUnavailableError(
            _unavailable_message(code, details, target),
            reason=details.reason,
            code=code.name,
            retry_after=details.retry_after,
        )
    return ServiceError(_refusal_message(error, details), reason=details.reason, code=code.name)


def _is_passing(code: StatusCode, details: _Details) -> bool:
    if code is StatusCode.RESOURCE_EXHAUSTED:
        return details.retry_after is not None
    return code in (StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED)


def _unavailable_message(code: StatusCode, details: _Details, target: str) -> str:
    if details.reason:
        return f"Catalog at {target} cannot serve this now ({details.reason}); try again later"
    if code is StatusCode.DEADLINE_EXCEEDED:
        return f"Catalog at {target} took too long to answer; try again"
    return f"no Catalog service answers at {target}; check the address and that it is running"


def _refusal_message(error: grpc.aio.AioRpcError, details: _Details) -> str:
    said = error.details() or error.code().name
    if details.fields:
        said = "; ".join(details.fields)
    if error.code() is StatusCode.UNAUTHENTICATED:
        return f"Catalog does not accept this user: {said}"
    return f"Catalog refused: {said}"
