"""Making a video through a line that loses answers."""

import uuid

import grpc

from catalog.api.video.v1 import video_pb2, video_pb2_grpc
from catalog.client import CatalogClient


class ForgetfulVideos(video_pb2_grpc.VideoServiceServicer):
    """Does the work, then answers UNAVAILABLE, twice."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def CreateVideo(  # noqa: N802 - the contract's name
        self,
        request: video_pb2.CreateVideoRequest,
        context: "grpc.aio.ServicerContext[video_pb2.CreateVideoRequest, video_pb2.CreateVideoResponse]",  # noqa: E501 - one type
    ) -> video_pb2.CreateVideoResponse:
        self.asked.append(request.request_id)
        if len(self.asked) < 3:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "lost")
        return video_pb2.CreateVideoResponse(video=video_pb2.Video(video_id=request.request_id))

    async def GetVideo(  # noqa: N802 - the contract's name
        self, request: video_pb2.GetVideoRequest, context: object
    ) -> video_pb2.GetVideoResponse:
        raise AssertionError("nobody asked for a video")


async def test_all_tries_of_one_call_name_the_same_request() -> None:
    videos = ForgetfulVideos()
    server = grpc.aio.server()
    video_pb2_grpc.add_VideoServiceServicer_to_server(videos, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with CatalogClient(f"127.0.0.1:{port}", str(uuid.uuid4())) as client:
            await client.create_video("One")
            await client.create_video("Two")
    finally:
        await server.stop(0)
    assert len(set(videos.asked)) == 2
    assert videos.asked[0] == videos.asked[1] == videos.asked[2] != videos.asked[3]
    assert str(uuid.UUID(videos.asked[0])) == videos.asked[0]
