"""Errors as Catalog answers them."""

from dataclasses import dataclass, field

import grpc
from google.rpc import (  # type: ignore[import-untyped]  # ships .pyi without a py.typed
    error_details_pb2,
    status_pb2,
)
from grpc import StatusCode

_DETAILS_KEY = "grpc-status-details-bin"
Context = grpc.aio.ServicerContext[object, object]


@dataclass
class Refusal:
    """An error to answer with, `times` times."""

    code: StatusCode
    reason: str
    retry_seconds: float | None = None
    fields: dict[str, str] = field(default_factory=dict)
    times: int = 1


async def abort(context: Context, refusal: Refusal) -> None:
    """End the call as Catalog does: one google.rpc.Status with its details."""
    status = status_pb2.Status(code=refusal.code.value[0], message="no")
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=refusal.reason, domain="catalog"))
    if refusal.retry_seconds is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromNanoseconds(int(refusal.retry_seconds * 1e9))
        status.details.add().Pack(retry)
    if refusal.fields:
        bad = error_details_pb2.BadRequest()
        for name, text in refusal.fields.items():
            bad.field_violations.add(field=name, description=text)
        status.details.add().Pack(bad)
    metadata = ((_DETAILS_KEY, status.SerializeToString()),)
    await context.abort(refusal.code, "no", metadata)
