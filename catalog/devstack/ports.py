"""Whether the ports of a stack are free: asked before anything is started."""

import contextlib
import os
import secrets
import socket
from collections.abc import Mapping

_LOWEST, _PORTS = 20_000, 12_000
_TRIES = 20


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
    """A TCP port of 127.0.0.1 that was free a moment ago, and that no connection is given.

    The system takes those of outgoing connections from above, in its own time. Raises OSError.
    """
    for _ in range(_TRIES):
        with contextlib.suppress(OSError):
            return _tried(_LOWEST + secrets.randbelow(_PORTS))
    return _tried(0)


def _tried(port: int) -> int:
    with socket.create_server(("127.0.0.1", port)) as server:
        return int(server.getsockname()[1])
