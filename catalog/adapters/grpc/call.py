"""What is known of the call at hand beside its request."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from grpc.aio import ServicerContext

from catalog.domain.values import UploadId, UserId

Context = ServicerContext[Any, Any]  # what one handler reads and writes is decided elsewhere


@dataclass(slots=True)
class Call:
    """Set before a servicer runs; the servicer adds what the log line should name."""

    user: UserId
    traceparent: str | None
    upload_id: UploadId | None = None


CURRENT_CALL: ContextVar[Call] = ContextVar("catalog_current_call")
"""Every call runs in a task, and so in a context, of its own: nothing needs a reset."""
