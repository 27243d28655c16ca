"""What is known of the call at hand beside its request."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from grpc.aio import ServicerContext

from catalog.application.work_facts import learn
from catalog.domain.upload import Upload
from catalog.domain.values import UserId, VideoId, is_canonical_uuid

Context = ServicerContext[Any, Any]  # what one handler reads and writes is decided elsewhere


@dataclass(slots=True)
class Call:
    """Set before a servicer runs; the servicer adds what the log line should name."""

    user: UserId
    traceparent: str | None
    facts: dict[str, str] = field(init=False)
    """What a log line says of it; safe to log."""

    def __post_init__(self) -> None:
        self.facts = {"user_id": str(self.user)}

    def asks_for(self, upload_id: str) -> None:
        """Let lines from now on name the upload that is asked for, if it can be one."""
        if is_canonical_uuid(upload_id):
            self.facts["upload_id"] = upload_id
            learn(upload_id=upload_id)

    def is_about(self, upload: Upload) -> None:
        """Let the call's own line, which is the next one, name the upload."""
        self.facts["upload_id"] = str(upload.upload_id)
        self.facts["object_name"] = upload.ref.name
        if upload.generation is not None:
            self.facts["gcs_generation"] = str(upload.generation)

    def is_about_video(self, video_id: VideoId) -> None:
        """Let the call's own line name the video."""
        self.facts["video_id"] = str(video_id)


CURRENT_CALL: ContextVar[Call] = ContextVar("catalog_current_call")
"""Every call runs in a task, and so in a context, of its own: nothing needs a reset."""
