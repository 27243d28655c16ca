"""VideoService: decode, call the use case, encode."""

from collections.abc import Awaitable, Callable

from catalog.adapters.grpc.call import CURRENT_CALL, Context
from catalog.adapters.grpc.mapping import video_message
from catalog.api.video.v1 import video_pb2, video_pb2_grpc
from catalog.domain.values import UserId
from catalog.domain.video import Video

CreateVideoUseCase = Callable[[UserId, str, str, str, str | None], Awaitable[Video]]
"""User, title, description, request id and traceparent, the texts unchecked."""
GetVideoUseCase = Callable[[UserId, str], Awaitable[Video]]
"""User and video id, the id unchecked."""


class VideoServicer(video_pb2_grpc.VideoServiceServicer):
    """Runs behind GuardedServices, which know the caller and answer all errors."""

    def __init__(self, create_video: CreateVideoUseCase, get_video: GetVideoUseCase) -> None:
        self._create_video = create_video
        self._get_video = get_video

    async def CreateVideo(  # noqa: N802 - the contract's name
        self,
        request: video_pb2.CreateVideoRequest,
        _context: Context,
    ) -> video_pb2.CreateVideoResponse:
        """Make a video that waits for its file."""
        call = CURRENT_CALL.get()
        video = await self._create_video(
            call.user, request.title, request.description, request.request_id, call.traceparent
        )
        call.is_about_video(video.video_id)
        return video_pb2.CreateVideoResponse(video=video_message(video))

    async def GetVideo(  # noqa: N802 - the contract's name
        self, request: video_pb2.GetVideoRequest, _context: Context
    ) -> video_pb2.GetVideoResponse:
        """Show one of the caller's videos."""
        call = CURRENT_CALL.get()
        video = await self._get_video(call.user, request.video_id)
        call.is_about_video(video.video_id)
        return video_pb2.GetVideoResponse(video=video_message(video))
