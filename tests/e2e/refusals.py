"""What an error answer says, down to its last byte."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import (  # type: ignore[import-untyped]  # ships stubs, but no py.typed
    error_details_pb2,
    status_pb2,
)

_DETAILS = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as a client sees it."""

    error: grpc.aio.AioRpcError

    @property
    def code(self) -> grpc.StatusCode:
        return self.error.code()

    @property
    def whole(self) -> tuple[object, ...]:
        """All that is sent: two answers are the same if and only if these are equal."""
        return (
            self.error.code(),
            self.error.details(),
            tuple(self.error.initial_metadata() or ()),
            tuple(self.error.trailing_metadata() or ()),
        )

    @property
    def status(self) -> status_pb2.Status:
        trailers = self.error.trailing_metadata() or ()
        (raw,) = [value for key, value in trailers if key == _DETAILS]
        status = status_pb2.Status.FromString(raw)
        assert (status.code, status.message) == (self.code.value[0], self.error.details())
        return status

    @property
    def info(self) -> Any:
        """The one ErrorInfo."""
        (info,) = self._details(error_details_pb2.ErrorInfo)
        assert info.domain == "catalog"
        return info

    @property
    def reason(self) -> str:
        return str(self.info.reason)

    @property
    def offending(self) -> list[str]:
        """Names of the fields in the one BadRequest; none where there is no BadRequest."""
        found = self._details(error_details_pb2.BadRequest)
        assert len(found) <= 1
        return [str(violation.field) for each in found for violation in each.field_violations]

    @property
    def retry_seconds(self) -> float | None:
        """What the one RetryInfo says; None where there is none."""
        found = self._details(error_details_pb2.RetryInfo)
        assert len(found) <= 1
        return found[0].retry_delay.ToMilliseconds() / 1000 if found else None

    def _details(self, kind: Any) -> list[Any]:
        found = []
        for detail in self.status.details:
            message = kind()
            if detail.Unpack(message):
                found.append(message)
        return found


async def refusal(call: Awaitable[object]) -> Refusal:
    """Await a call that must be refused."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return Refusal(error)
    raise AssertionError("the call was answered")
