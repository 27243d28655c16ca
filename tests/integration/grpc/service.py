"""A real server on a free port over use cases that answer or fail as a test says."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import grpc
from google.protobuf.message_factory import GetMessageClass
from google.rpc import (  # type: ignore[import-untyped]  # ships stubs, but no py.typed
    error_details_pb2,
    status_pb2,
)

from catalog.adapters.grpc.guard import Guard
from catalog.adapters.grpc.identity import IdentityReader
from catalog.adapters.grpc.server import GrpcServer, GrpcSettings, grpc_server
from catalog.adapters.grpc.uploads import UploadServicer, UploadUseCases
from catalog.adapters.grpc.videos import VideoServicer
from catalog.api.video.v1 import upload_pb2, upload_pb2_grpc, video_pb2, video_pb2_grpc
from catalog.application.init_resumable_upload import InitAnswer, InitCommand
from catalog.application.list_uploads import UploadPage
from catalog.domain.policies import ProgressReport
from catalog.domain.upload import Upload
from catalog.domain.values import UserId
from catalog.domain.video import Video
from tests.support.builders import a_video, an_upload

USER = UserId(uuid.UUID("5d1991d9-e84d-4d5f-9e57-453554f112b9"))
AS_USER = [("user_id", str(USER))]
GUARD = Guard(IdentityReader(["user_id"]))
LOCAL = GrpcSettings("127.0.0.1:0", grace_seconds=2.0, refusal_seconds=0.0)
METHODS = [
    f"/{service.full_name}/{method.name}"
    for file in (upload_pb2.DESCRIPTOR, video_pb2.DESCRIPTOR)
    for service in file.services_by_name.values()
    for method in service.methods
]
"""Every RPC of the contract, those of tomorrow included."""


@dataclass
class UseCases:
    """All use cases: they note what they were asked, then fail, wait or answer."""

    fault: BaseException | None = None
    wait: asyncio.Event | None = None
    upload: Upload = field(default_factory=an_upload)
    video: Video = field(default_factory=a_video)
    answer: InitAnswer | None = None
    asked: list[Any] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    async def init(self, command: InitCommand) -> InitAnswer:
        await self._run(command)
        return self.answer or InitAnswer(self.upload, None)

    async def get_upload(self, user: UserId, upload_id: str) -> Upload:
        await self._run((user, upload_id))
        return self.upload

    async def bind(self, user: UserId, upload_id: str, video_id: str) -> Upload:
        await self._run((user, upload_id, video_id))
        return self.upload

    async def cancel(self, user: UserId, upload_id: str) -> Upload:
        await self._run((user, upload_id))
        return self.upload

    async def list_uploads(
        self, user: UserId, status: str, page_size: int, page_token: str
    ) -> UploadPage:
        await self._run((user, status, page_size, page_token))
        return UploadPage([self.upload], "next")

    async def report(self, user: UserId, upload_id: str, report: ProgressReport) -> Upload:
        await self._run((user, upload_id, report))
        return self.upload

    async def create_video(
        self, user: UserId, title: str, description: str, request_id: str, trace: str | None
    ) -> Video:
        await self._run((user, title, description, request_id, trace))
        return self.video

    async def get_video(self, user: UserId, video_id: str) -> Video:
        await self._run((user, video_id))
        return self.video

    async def _run(self, asked: object) -> None:
        self.asked.append(asked)
        self.started.set()
        if self.fault is not None:
            raise self.fault
        if self.wait is not None:
            try:
                await self.wait.wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise


@dataclass
class Service:
    """The running server and a client of it."""

    server: GrpcServer
    channel: grpc.aio.Channel
    use_cases: UseCases

    @property
    def uploads(self) -> "upload_pb2_grpc.UploadServiceAsyncStub":
        return upload_pb2_grpc.UploadServiceStub(self.channel)

    @property
    def videos(self) -> "video_pb2_grpc.VideoServiceAsyncStub":
        return video_pb2_grpc.VideoServiceStub(self.channel)

    async def call(
        self,
        method: str,
        metadata: Sequence[tuple[str, str | bytes]] = AS_USER,
        *,
        raw: bytes = b"",
        timeout: float | None = 20,
    ) -> Any:
        """Call any method of the contract with the bytes of a request."""
        call: Any = self.channel.unary_unary(method, response_deserializer=_answer_type(method))
        return await call(raw, metadata=tuple(metadata), timeout=timeout)


def _answer_type(method: str) -> Any:
    service, _, name = method[1:].partition("/")
    pool = upload_pb2.DESCRIPTOR.pool
    described = pool.FindServiceByName(service).FindMethodByName(name)
    return GetMessageClass(described.output_type).FromString


@asynccontextmanager
async def serving(
    use_cases: UseCases | None = None,
    *,
    guard: Guard = GUARD,
    **settings: Any,
) -> AsyncIterator[Service]:
    """Run a server of its own for one test."""
    cases = use_cases or UseCases()
    uploads = UploadServicer(
        UploadUseCases(
            init=cases.init,
            get_upload=cases.get_upload,
            bind=cases.bind,
            cancel=cases.cancel,
            list_uploads=cases.list_uploads,
            report=cases.report,
        )
    )
    videos = VideoServicer(cases.create_video, cases.get_video)
    async with (
        grpc_server(replace(LOCAL, **settings), guard, uploads, videos) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        yield Service(server, channel, cases)


def rich_status(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    """The google.rpc.Status of an answer."""
    trailers = error.trailing_metadata() or ()
    found = [value for key, value in trailers if key == "grpc-status-details-bin"]
    assert len(found) == 1
    return status_pb2.Status.FromString(found[0])


def reason(error: grpc.aio.AioRpcError) -> str:
    """The reason of the answer's only ErrorInfo."""
    infos = []
    for detail in rich_status(error).details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            infos.append(info)
    assert len(infos) == 1
    assert infos[0].domain == "catalog"
    return str(infos[0].reason)


async def refusal(service: Service, method: str, **call: Any) -> grpc.aio.AioRpcError:
    """Call and return the error that must come."""
    try:
        await service.call(method, **call)
    except grpc.aio.AioRpcError as error:
        return error
    raise AssertionError(f"{method} was answered")
