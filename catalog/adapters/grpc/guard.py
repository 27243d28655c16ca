"""What every call goes through before and after its servicer."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from grpc.aio import AbortError
from structlog.typing import FilteringBoundLogger

from catalog.adapters.grpc.call import CURRENT_CALL, Call, Context
from catalog.adapters.grpc.errors import status_code, trailers
from catalog.adapters.grpc.identity import IdentityReader
from catalog.adapters.grpc.trace_context import TRACEPARENT_KEY, checked_traceparent
from catalog.application.faults import describe_fault
from catalog.domain.errors import (
    CatalogError,
    DeadlineExceededError,
    FieldViolation,
    InternalError,
    InvalidRequestError,
    RequestTooLargeError,
)

_OUR_FAULTS = {
    grpc.StatusCode.UNAVAILABLE: logging.WARNING,
    grpc.StatusCode.DEADLINE_EXCEEDED: logging.WARNING,
    grpc.StatusCode.INTERNAL: logging.ERROR,
}


@dataclass(frozen=True, slots=True)
class Guard:
    """What is asked of every call."""

    identity: IdentityReader
    max_request_bytes: int = 64 * 1024
    max_seconds: float = 10.0
    """The server's own deadline; a caller's earlier one goes first."""
    log: FilteringBoundLogger = field(
        default_factory=lambda: structlog.get_logger(component="grpc").bind()
    )

    def admit(self, raw: bytes, context: Context) -> Call:
        """Name the caller; raise an UnauthenticatedError or RequestTooLargeError."""
        metadata = context.invocation_metadata() or ()
        user = self.identity.user(metadata)
        if len(raw) > self.max_request_bytes:
            raise RequestTooLargeError(limit_bytes=str(self.max_request_bytes))
        traceparent = None
        for key, value in metadata:
            if key == TRACEPARENT_KEY:
                traceparent = checked_traceparent(value)
        return Call(user, traceparent)

    def seconds_left(self, context: Context) -> float:
        """Give the earlier of the caller's deadline and the server's own."""
        left: float | None = context.time_remaining()
        return self.max_seconds if left is None else min(left, self.max_seconds)

    def log_end(
        self,
        method: str,
        started: float,
        call: Call | None,
        fault: BaseException | None = None,
        error: CatalogError | None = None,
    ) -> None:
        """Write the call's one line: who, what, how it ended; no request, no URL, no text."""
        fields: dict[str, object] = {
            "method": method,
            "milliseconds": round((perf_counter() - started) * 1000, 2),
        }
        if call is not None:
            fields["user_id"] = str(call.user)
            if call.upload_id is not None:
                fields["upload_id"] = str(call.upload_id)
        if fault is None:
            self.log.info("rpc", code="OK", **fields)
            return
        code = grpc.StatusCode.CANCELLED if error is None else status_code(error)
        fields |= {"code": code.name, "reason": error.reason if error else ""}
        if code in _OUR_FAULTS:
            fields |= describe_fault(fault)
        level = _OUR_FAULTS.get(code, logging.INFO)
        self.log.log(level, "rpc", **fields)


class GuardedMethod:
    """A unary method whose every outcome is an answer of the contract and a line in the log."""

    def __init__(
        self,
        guard: Guard,
        name: str,
        decode: Callable[[bytes], Any],
        behaviour: Callable[[Any, Any], Any],
    ) -> None:
        self._guard = guard
        self._name = name
        self._decode = decode
        self._behaviour = behaviour

    async def answer(self, raw: bytes, context: Context) -> Message:
        """Run the call; where it does not end well, abort it with the error's status."""
        started = perf_counter()
        call: Call | None = None
        try:
            call = self._guard.admit(raw, context)
            CURRENT_CALL.set(call)
            async with asyncio.timeout(self._guard.seconds_left(context)):
                message: Message = await self._behaviour(self._parse(raw), context)
        except BaseException as fault:
            error = answer_to(fault)
            self._guard.log_end(self._name, started, call, fault, error)
            if error is None:
                raise
        else:
            self._guard.log_end(self._name, started, call)
            return message
        return await context.abort(status_code(error), error.message, trailers(error))

    def _parse(self, raw: bytes) -> Any:  # noqa: ANN401 - every method has its own message
        try:
            return self._decode(raw)
        except DecodeError:
            violation = FieldViolation("request", "must be a message of the contract")
            raise InvalidRequestError([violation]) from None


def answer_to(fault: BaseException) -> CatalogError | None:
    """Translate what a handler raised; None for what grpc itself must see.

    A call that is cancelled from outside stays cancelled. A CancelledError that
    merely escaped from some inner task would leave the client waiting until its
    deadline (grpc issue 29248), so it is a fault like any other.
    """
    if isinstance(fault, CatalogError):
        return fault
    if isinstance(fault, TimeoutError):
        return DeadlineExceededError()
    if isinstance(fault, asyncio.CancelledError):
        task = asyncio.current_task()
        return None if task is None or task.cancelling() else InternalError()
    if isinstance(fault, AbortError) or not isinstance(fault, Exception):
        return None
    return InternalError()
