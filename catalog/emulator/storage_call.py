"""What happens to every storage request around its handler: the log and the faults."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from catalog.emulator.answers import JsonError, Refusal, XmlError
from catalog.emulator.faults import Stall, StorageError
from catalog.emulator.request_log import LoggedRequest
from catalog.emulator.state import EmulatorState

Handler = Callable[[LoggedRequest], Awaitable[Response]]
Refuse = Callable[[int], Refusal]


class ConnectionGoneError(Exception):
    """The client's connection broke off, so nobody is there to answer."""


async def handle(
    state: EmulatorState, entry: LoggedRequest, handler: Handler, refuse: Refuse
) -> Response:
    """Run one storage request under the faults that are set, and log how it ended."""
    state.requests.open(entry)
    stall = state.faults.take(Stall, entry.object, entry.kind)
    if stall is not None:
        await asyncio.sleep(stall.seconds)
    fault = state.faults.take(StorageError, entry.object, entry.kind)
    try:
        response = await _answer(entry, handler, refuse, fault)
    except ConnectionGoneError:
        return Response(status_code=499)
    entry.status = response.status_code
    entry.range = response.headers.get("range")
    return response


async def _answer(
    entry: LoggedRequest, handler: Handler, refuse: Refuse, fault: StorageError | None
) -> Response:
    try:
        if fault is not None and not fault.after:
            raise refuse(fault.status)
        response = await handler(entry)
        if fault is not None:
            raise refuse(fault.status)
    except Refusal as refusal:
        return refusal.response()
    return response


def xml_fault(status: int) -> XmlError:
    """An error status as the XML API would word it [reference-status]."""
    code = {429: "TooManyRequests", 500: "InternalError"}.get(status, "ServiceUnavailable")
    return XmlError(status, code, "We encountered an internal error. Please try again.")


def json_fault(status: int) -> JsonError:
    """An error status as the JSON API would word it."""
    return JsonError(status, "We encountered an internal error. Please try again.")
