"""Makes a video that waits for its file."""

import uuid
from dataclasses import dataclass

from catalog.application.ports import Clock, EventEncoder
from catalog.application.records import NewVideo
from catalog.application.store import Store
from catalog.domain.errors import ContentionError
from catalog.domain.events import VideoCreated
from catalog.domain.policies import check_video
from catalog.domain.values import UserId, VideoId
from catalog.domain.video import Video, VideoStatus


@dataclass(frozen=True, slots=True)
class CreateVideo:
    """With a request id, repeating the call answers the same video."""

    store: Store
    encoder: EventEncoder
    clock: Clock

    async def __call__(
        self,
        user: UserId,
        title: str,
        description: str,
        request_id: str = "",
        traceparent: str | None = None,
    ) -> Video:
        """Raise InvalidRequestError naming every field outside its limits."""
        check_video(title, description, request_id)
        new = NewVideo(_video_id(user, request_id), user, title, description)
        event = self._event(new, traceparent)
        async with self.store.autocommit() as statements:
            record = self.encoder.encode(event)
            video = await statements.videos.create(new, event.occurred_at, record)
            video = video or await statements.videos.get(user, new.video_id)
        if video is None:
            raise ContentionError
        return video

    def _event(self, new: NewVideo, traceparent: str | None) -> VideoCreated:
        now = self.clock.now()
        video = Video(
            video_id=new.video_id,
            user_id=new.user_id,
            title=new.title,
            description=new.description,
            status=VideoStatus.PENDING_UPLOAD,
            version=1,
            created_at=now,
            updated_at=now,
        )
        return VideoCreated(uuid.uuid4(), now, traceparent, video)


def _video_id(user: UserId, request_id: str) -> VideoId:
    """Derive the id from the owner and the request, so that a repeat finds its video."""
    return VideoId(uuid.uuid5(user, request_id) if request_id else uuid.uuid4())
