"""What is known of the call at hand beside its request."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from grpc.aio import ServicerContext
from structlog.contextvars import bind_contextvars

from catalog.domain.upload import Upload
from catalog.domain.values import UploadId, UserId, VideoId, canonical_uuid

Context = ServicerContext[Any, Any]  # what one handler reads and writes is decided elsewhere


@dataclass(slots=True)
class Call:
    """Set before a servicer runs; the servicer adds what the log line should name."""

    user: UserId
    traceparent: str | None
    upload_id: UploadId | None = None
    upload: Upload | None = None
    video_id: VideoId | None = None

    def is_about(self, upload: Upload) -> None:
        """Let lines from now on name the upload."""
        self.upload = upload
        self.upload_id = upload.upload_id
        bind_contextvars(**self.facts())

    def asks_for(self, upload_id: str) -> None:
        """Let lines from now on name the upload that is asked for, if it can be one."""
        if (asked := canonical_uuid(upload_id)) is not None:
            self.upload_id = UploadId(asked)
            bind_contextvars(upload_id=upload_id)

    def facts(self) -> dict[str, str]:
        """What a log line says of it; safe to log."""
        facts = {"user_id": str(self.user)}
        if self.upload is not None:
            facts["object_name"] = self.upload.ref.name
            if self.upload.generation is not None:
                facts["gcs_generation"] = str(self.upload.generation)
        if self.upload_id is not None:
            facts["upload_id"] = str(self.upload_id)
        if self.video_id is not None:
            facts["video_id"] = str(self.video_id)
        return facts


CURRENT_CALL: ContextVar[Call] = ContextVar("catalog_current_call")
"""Every call runs in a task, and so in a context, of its own: nothing needs a reset."""
