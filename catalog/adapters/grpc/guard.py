"""What every call goes through before and after its servicer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from google.protobuf.message import DecodeError, Message
from grpc.aio import AbortError

from catalog.adapters.grpc.call import CURRENT_CALL, Call, Context
from catalog.adapters.grpc.errors import status_code, trailers
from catalog.adapters.grpc.identity import IdentityReader, Metadata
from catalog.adapters.grpc.telling import Told
from catalog.application.deadline import Deadline
from catalog.application.limits import Places, TokenBuckets, WorkBudget
from catalog.domain.errors import (
    CatalogError,
    DeadlineExceededError,
    FieldViolation,
    InternalError,
    InvalidRequestError,
    RateLimitedError,
    RequestTooLargeError,
    ServerOverloadedError,
)


@dataclass(frozen=True, slots=True)
class Guard:
    """What is asked of every call."""

    identity: IdentityReader
    max_request_bytes: int = 64 * 1024
    max_seconds: float = 10.0
    """The server's own deadline; a caller's earlier one goes first."""
    places: Places = field(default_factory=lambda: Places(256))
    """Calls that are worked on at a time; more are refused at once."""
    work: WorkBudget = field(default_factory=lambda: WorkBudget(0))
    """The loop's time that calls may take; once it is spent, more are refused at once."""
    user_rate: TokenBuckets = field(default_factory=lambda: TokenBuckets(0, 1))
    told: Told = field(default_factory=Told)

    def admit(self, raw: bytes, metadata: Metadata, traceparent: str) -> Call:
        """Name the caller.

        Raises an UnauthenticatedError, RateLimitedError or RequestTooLargeError.
        """
        user = self.identity.user(metadata)
        if wait := self.user_rate.take(user):
            raise RateLimitedError(wait)
        if len(raw) > self.max_request_bytes:
            raise RequestTooLargeError(limit_bytes=str(self.max_request_bytes))
        return Call(user, traceparent)

    def seconds_left(self, context: Context) -> float:
        """Give the earlier of the caller's deadline and the server's own."""
        left: float | None = context.time_remaining()
        return self.max_seconds if left is None else min(left, self.max_seconds)


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
        metadata = context.invocation_metadata() or ()
        telling = self._guard.told.begin(self._name, metadata)
        if not self._guard.places.take():
            refusal = ServerOverloadedError()
            telling.end(None, refusal, refusal)
            return await _abort(context, refusal)
        call: Call | None = None
        try:
            call = self._guard.admit(raw, metadata, telling.span.traceparent)
            CURRENT_CALL.set(call)
            telling.admit(call)
            with Deadline(_this_task(), self._guard.seconds_left(context)):
                message: Message = await self._behaviour(self._parse(raw), context)
        except BaseException as fault:
            error = answer_to(fault)
            telling.end(call, fault, error)
            if error is None:
                raise
        else:
            telling.end(call)
            return message
        finally:
            self._guard.places.give_back()
        return await _abort(context, error)

    def _parse(self, raw: bytes) -> Any:  # noqa: ANN401 - every method has its own message
        try:
            return self._decode(raw)
        except DecodeError:
            violation = FieldViolation("request", "must be a message of the contract")
            raise InvalidRequestError([violation]) from None


def _this_task() -> "asyncio.Task[object]":
    task = asyncio.current_task()
    assert task is not None  # gRPC runs every call in a task
    return task


async def _abort(context: Context, error: CatalogError) -> NoReturn:
    await context.abort(status_code(error), error.message, trailers(error))
    raise AssertionError  # abort raises always, but its types do not say so


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
