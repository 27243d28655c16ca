"""Reset of a client's connection, which ASGI itself has no word for."""

from collections.abc import Callable
from typing import cast

from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_EXTENSION = "catalog.abort"


class AbortableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, handing each request a way to reset its connection."""

    def on_message_begin(self) -> None:
        """Offer the transport's abort as an ASGI extension of the request."""
        super().on_message_begin()
        # uvicorn's type knows only the extensions of the ASGI specification.
        extensions = {_EXTENSION: {"abort": self.transport.abort}}
        self.scope["extensions"] = extensions  # type: ignore[typeddict-item]


def abort(request: Request) -> Callable[[], None]:
    """What resets the connection of this request at once, unsent answers included."""
    extension = request.scope["extensions"][_EXTENSION]
    return cast("Callable[[], None]", extension["abort"])


async def abort_and_wait(request: Request) -> None:
    """Reset the connection and return once the server has noticed."""
    abort(request)()
    while (await request.receive())["type"] != "http.disconnect":
        pass
