"""UploadService: decode, call the use case, encode."""

from collections.abc import Awaitable, Callable

from catalog.adapters.grpc.call import CURRENT_CALL, Context
from catalog.adapters.grpc.mapping import bind_answer, init_answer, upload_answer
from catalog.api.video.v1 import upload_pb2, upload_pb2_grpc
from catalog.application.init_resumable_upload import InitAnswer, InitCommand
from catalog.domain.policies import RawInit
from catalog.domain.upload import Upload
from catalog.domain.values import UserId

InitUseCase = Callable[[InitCommand], Awaitable[InitAnswer]]
GetUploadUseCase = Callable[[UserId, str], Awaitable[Upload]]
"""User and upload id, the id unchecked."""
BindUseCase = Callable[[UserId, str, str], Awaitable[Upload]]
"""User, upload id and video id, the ids unchecked."""


class UploadServicer(upload_pb2_grpc.UploadServiceServicer):
    """Runs behind a CallInterceptor, which knows the caller and answers all errors."""

    def __init__(self, init: InitUseCase, get_upload: GetUploadUseCase, bind: BindUseCase) -> None:
        self._init = init
        self._get_upload = get_upload
        self._bind = bind

    async def InitResumableUpload(  # noqa: N802 - the contract's name
        self,
        request: upload_pb2.InitResumableUploadRequest,
        _context: Context,
    ) -> upload_pb2.InitResumableUploadResponse:
        """Give the caller's content its upload and the URL that opens a session."""
        call = CURRENT_CALL.get()
        raw = RawInit(
            filename=request.filename,
            size_bytes=request.size_bytes,
            content_type=request.content_type,
            content_md5_hex=request.content_md5_hex,
            duration_seconds=request.duration_seconds,
            video_id=request.video_id,
        )
        answer = await self._init(InitCommand(call.user, raw, call.traceparent))
        call.upload_id = answer.upload.upload_id
        return init_answer(answer.upload, answer.start)

    async def GetUpload(  # noqa: N802 - the contract's name
        self, request: upload_pb2.GetUploadRequest, _context: Context
    ) -> upload_pb2.GetUploadResponse:
        """Show one of the caller's uploads."""
        call = CURRENT_CALL.get()
        upload = await self._get_upload(call.user, request.upload_id)
        call.upload_id = upload.upload_id
        return upload_answer(upload)

    async def BindUploadToVideo(  # noqa: N802 - the contract's name
        self,
        request: upload_pb2.BindUploadToVideoRequest,
        _context: Context,
    ) -> upload_pb2.BindUploadToVideoResponse:
        """Tie a waiting upload of the caller to one of their videos."""
        call = CURRENT_CALL.get()
        upload = await self._bind(call.user, request.upload_id, request.video_id)
        call.upload_id = upload.upload_id
        return bind_answer(upload)
