"""Shows a user one of their videos."""

from dataclasses import dataclass

from catalog.application.store import Store
from catalog.domain.errors import VideoNotFoundError
from catalog.domain.policies import check_video_id
from catalog.domain.values import UserId
from catalog.domain.video import Video


@dataclass(frozen=True, slots=True)
class GetVideo:
    """One statement, no transaction."""

    store: Store

    async def __call__(self, user: UserId, video_id: str) -> Video:
        """Raise InvalidRequestError for a malformed id, VideoNotFoundError for any not theirs."""
        wanted = check_video_id(video_id)
        async with self.store.autocommit() as statements:
            video = await statements.videos.get(user, wanted)
        if video is None:
            raise VideoNotFoundError
        return video
