"""Whether the ports of a stack are free: asked before anything is started."""

import os
import socket
from collections.abc import Mapping


class PortTakenError(Exception):
    """Somebody listens there already; the message says how to choose another port."""


def check_free(ports: Mapping[str, int]) -> None:
    """Try the ports on 127.0.0.1, 0 being always free. `ports` is by option name.

    Raises PortTakenError for the first one that is taken.
    """
    for option, port in ports.items():
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError as error:
            variable = f"CATALOG_DEV_{option.upper().replace('-', '_')}"
            raise PortTakenError(
                f"port {port} cannot be used ({_reason(error)}): does a stack run already? "
                f"choose another with {variable}=PORT or --{option} PORT, 0 = a free one"
            ) from None


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__


def free_port() -> int:
    """A TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
