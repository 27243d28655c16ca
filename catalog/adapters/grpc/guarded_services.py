"""One layer around every call of ours: caller, size, deadline, errors and the log line."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.message import Message

from catalog.adapters.grpc.call import Context
from catalog.adapters.grpc.guard import Guard, GuardedMethod
from catalog.adapters.grpc.metered import Meter
from catalog.adapters.grpc.refusals import Refusals
from catalog.domain.errors import MethodUnknownError, ServerOverloadedError, ShuttingDownError

if TYPE_CHECKING:
    # Generic in its stubs alone, so it takes no part at run time.
    Handler = grpc.RpcMethodHandler[Any, Any]

_UNKNOWN_METHOD = MethodUnknownError()
_OVERLOADED = ServerOverloadedError()
_SHUTTING_DOWN = ShuttingDownError()


class GuardedServices(grpc.GenericRpcHandler):
    """Guards the methods of services that are added to it.

    The first one a server asks for a handler, as nearly all calls are of these methods. An
    interceptor would do the same at a tenth of an empty call's cost.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._guarded: dict[str, Handler] = {}
        self._refusals = Refusals(guard.told)
        self.all_others = UnknownMethods(self._refusals)
        self._refusing = False

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Take no notice: generated code adds its methods by name too."""

    def add_registered_method_handlers(
        self, service_name: str, method_handlers: Mapping[str, "Handler"]
    ) -> None:
        """Guard a service's methods; generated code adds them as to a server."""
        for name, handler in method_handlers.items():
            method = f"/{service_name}/{name}"
            self._guarded[method] = _guarded(self._guard, method, handler)

    def refuse_new_calls(self) -> None:
        """Answer UNAVAILABLE from now on; calls that have begun go on, health still answers."""
        self._refusing = True

    def tell_refusals(self) -> None:
        """Tell of the last calls that were refused; the rest has been told."""
        self._refusals.tell()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "Handler | None":
        """Return the method's handler, or one that refuses the call; None for methods of others."""
        method = handler_call_details.method
        handler = self._guarded.get(method)
        if handler is None:
            return None
        if self._refusing:
            return self._refusals.handler(method[1:], _SHUTTING_DOWN)
        # Before anything is read: what is read has cost most of what refusing saves.
        if self._guard.places.are_taken or self._guard.work.spent():
            return self._refusals.handler(method[1:], _OVERLOADED)
        return handler


class UnknownMethods(grpc.GenericRpcHandler):
    """Refuses methods that nobody serves: the last one a server asks."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "Handler":
        """Return what refuses the call."""
        return self._refusals.of_unknown_method(handler_call_details.method, _UNKNOWN_METHOD)


def _guarded(guard: Guard, method: str, handler: "Handler") -> "Handler":
    if handler.unary_unary is None or handler.request_deserializer is None:
        raise TypeError(f"{method} is not a unary call")
    wrapped = GuardedMethod(guard, method[1:], handler.request_deserializer, handler.unary_unary)
    meter = Meter(guard.work)

    async def answer(raw: bytes, context: Context) -> Message:
        return await meter.around(wrapped.answer(raw, context))

    # Without a deserializer the guard gets the bytes: it knows their number and
    # answers for those that do not parse.
    return grpc.unary_unary_rpc_method_handler(
        answer, response_serializer=handler.response_serializer
    )
