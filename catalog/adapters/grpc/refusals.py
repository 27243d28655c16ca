"""Refusing calls before anything is read of them: what is too much must cost next to nothing."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc

from catalog.adapters.grpc.call import Context
from catalog.adapters.grpc.errors import status_code, trailers
from catalog.adapters.grpc.telling import Told
from catalog.application.counted import Counted
from catalog.domain.errors import CatalogError

if TYPE_CHECKING:
    # Generic in its stubs alone, so it takes no part at run time.
    Handler = grpc.RpcMethodHandler[Any, Any]

_METHOD = re.compile(r"/?[A-Za-z0-9_.]{1,80}/[A-Za-z0-9_]{1,60}")
OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Kind:
    method: str
    code: str
    reason: str


class Refusals:
    """Refuses with answers made once, and tells of them once a second, by number."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._handlers: dict[tuple[str, str], Handler] = {}
        self._counted: Counted[_Kind] = Counted(self._tell)
        self._named: dict[_Kind, str] = {}

    def handler(self, method: str, error: CatalogError) -> "Handler":
        """Return what answers `error`; of `method` there must be no end of different ones."""
        known = self._handlers.get((method, error.reason))
        if known is None:
            known = self._handlers[method, error.reason] = self._made(method, error)
        return known

    def of_unknown_method(self, method: str, error: CatalogError) -> "Handler":
        """Do so for a method that is none: strangers make up any number of them."""
        kind = _Kind(OTHER, status_code(error).name, error.reason)
        self._named[kind] = method if _METHOD.fullmatch(method) else ""
        return self.handler(OTHER, error)

    def tell(self) -> None:
        """Tell now of those that nobody has been told of."""
        self._counted.tell()

    def _tell(self, kind: _Kind, calls: int) -> None:
        named = {"named": self._named[kind]} if kind.method == OTHER else {}
        self._told.refused(kind.method, kind.code, kind.reason, calls, **named)

    def _made(self, method: str, error: CatalogError) -> "Handler":
        code, message, details = status_code(error), error.message, trailers(error)
        kind = _Kind(method, code.name, error.reason)

        async def refuse(_requests: object, context: Context) -> None:
            self._counted.count(kind)
            # As abort does, but for the exception, which costs as much as all the rest.
            context.set_trailing_metadata(details)
            context.set_code(code)
            context.set_details(message)

        # As a stream it is answered before the request is waited for.
        return grpc.stream_stream_rpc_method_handler(refuse)
