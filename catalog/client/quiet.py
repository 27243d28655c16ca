"""Keeps URLs out of the logs of the HTTP libraries while a request of ours is under way.

httpx logs the URL of each request, httpcore (at debug level) all headers, Location included:
both are secrets here. Other users of these libraries in the same process keep their logs.
"""

import contextlib
import logging
from collections.abc import Iterator
from contextvars import ContextVar

# Filters do not apply to records of child loggers, so each one that speaks is named.
_TALKATIVE = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)

_ours: ContextVar[bool] = ContextVar("catalog_client_request", default=False)


def _drop_ours(_: logging.LogRecord) -> bool:
    return not _ours.get()


@contextlib.contextmanager
def no_urls_in_logs() -> Iterator[None]:
    """Drop what the HTTP libraries log in this context."""
    for name in _TALKATIVE:
        # Adding the same filter twice leaves one.
        logging.getLogger(name).addFilter(_drop_ours)
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)
