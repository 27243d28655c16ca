"""One layer around every call of ours: caller, size, deadline, errors and the log line."""

from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.message import Message
from grpc.aio import ServerInterceptor

from catalog.adapters.grpc.call import Context
from catalog.adapters.grpc.guard import Guard, GuardedMethod
from catalog.adapters.grpc.metered import metered
from catalog.adapters.grpc.refusals import Refusals
from catalog.domain.errors import MethodUnknownError, ServerOverloadedError, ShuttingDownError

if TYPE_CHECKING:
    # Generic in its stubs alone, so it takes no part at run time.
    Handler = grpc.RpcMethodHandler[Any, Any]

_UNKNOWN_METHOD = MethodUnknownError()
_OVERLOADED = ServerOverloadedError()
_SHUTTING_DOWN = ShuttingDownError()


class CallInterceptor(ServerInterceptor):
    """Guards the methods of `services`, leaves `open_services` alone, refuses all else."""

    def __init__(
        self, guard: Guard, services: Collection[str], open_services: Collection[str]
    ) -> None:
        self._guard = guard
        self._services = frozenset(services)
        self._open = frozenset(open_services)
        self._guarded: dict[str, Handler] = {}
        self._refusals = Refusals(guard.told)
        self._refusing = False

    def refuse_new_calls(self) -> None:
        """Answer UNAVAILABLE from now on; calls that have begun go on, health still answers."""
        self._refusing = True
        self._guarded.clear()

    def tell_refusals(self) -> None:
        """Tell of the last calls that were refused; the rest has been told."""
        self._refusals.tell()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable["Handler | None"]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Handler":
        """Return the method's handler, or one that refuses the call."""
        method = handler_call_details.method
        known = self._guarded.get(method)
        if known is not None:
            return self._unless_overloaded(method, known)
        handler = await continuation(handler_call_details)
        service = method[1:].rpartition("/")[0]
        if handler is not None and service in self._open:
            return handler
        if handler is None or service not in self._services:
            return self._refusals.of_unknown_method(method, _UNKNOWN_METHOD)
        if self._refusing:
            return self._refusals.handler(method[1:], _SHUTTING_DOWN)
        guarded = self._guarded[method] = _guarded(self._guard, method, handler)
        return self._unless_overloaded(method, guarded)

    def _unless_overloaded(self, method: str, handler: "Handler") -> "Handler":
        """Refuse before anything is read: what is read has cost most of what refusing saves."""
        if self._guard.places.are_taken or self._guard.work.spent():
            return self._refusals.handler(method[1:], _OVERLOADED)
        return handler


def _guarded(guard: Guard, method: str, handler: "Handler") -> "Handler":
    if handler.unary_unary is None or handler.request_deserializer is None:
        raise TypeError(f"{method} is not a unary call")
    wrapped = GuardedMethod(guard, method[1:], handler.request_deserializer, handler.unary_unary)

    async def answer(raw: bytes, context: Context) -> Message:
        return await metered(wrapped.answer(raw, context), guard.work)

    # Without a deserializer the guard gets the bytes: it knows their number and
    # answers for those that do not parse.
    return grpc.unary_unary_rpc_method_handler(
        answer, response_serializer=handler.response_serializer
    )
