"""A real gRPC server that plays Catalog towards the client, over a running emulator.

It signs with google-cloud-storage, and knows an upload to be completed when the emulator has
an object with its MD5, unless it is told to have missed the notification.
"""

import contextlib
import uuid
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import grpc
from google.rpc import (  # type: ignore[import-untyped]  # ships .pyi without a py.typed
    error_details_pb2,
    status_pb2,
)
from grpc import StatusCode

from catalog.api.video.v1 import upload_pb2, upload_pb2_grpc, video_pb2, video_pb2_grpc
from catalog.emulator import Emulator

with warnings.catch_warnings():
    # It advises to install grpcio-status, of which its HTTP client makes no use.
    warnings.simplefilter("ignore", ImportWarning)
    from google.cloud import storage

_DETAILS_KEY = "grpc-status-details-bin"
Context = grpc.aio.ServicerContext[object, object]


@dataclass
class KnownUpload:
    """What the server keeps of one upload."""

    upload_id: str
    object_name: str
    md5_hex: str
    request: upload_pb2.InitResumableUploadRequest
    error_code: str = ""
    attempt: int = 1


@dataclass
class Refusal:
    """An error to answer with, `times` times."""

    code: StatusCode
    reason: str
    retry_seconds: float | None = None
    fields: dict[str, str] = field(default_factory=dict)
    times: int = 1


class CatalogServer(upload_pb2_grpc.UploadServiceServicer, video_pb2_grpc.VideoServiceServicer):
    """Both services; its public attributes are the switches of a test."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        # The life of each URL to come; the last one stays.
        self.url_lives = [timedelta(minutes=15)]
        # Headers that are signed otherwise than the answer says, or not named in it at all.
        self.signed_otherwise: dict[str, str] = {}
        # With what each Init to come makes the upload fail behind the client's back.
        self.fails_after_init: list[str] = []
        self.target = ""
        self.uploads: dict[tuple[str, str], KnownUpload] = {}
        self.init_calls = 0
        self.get_calls = 0
        self.notified = True
        self.refusal: Refusal | None = None
        self.videos: dict[str, video_pb2.Video] = {}
        self.chunk_bytes = 8 * 1024 * 1024
        key_file = str(emulator.service_account_file)
        self._signer: Any = storage.Client.from_service_account_json(key_file)  # type: ignore[no-untyped-call]  # google ships no types here

    async def InitResumableUpload(  # noqa: N802 - the contract's name
        self, request: upload_pb2.InitResumableUploadRequest, context: Context
    ) -> upload_pb2.InitResumableUploadResponse:
        await self._refuse_if_told(context)
        self.init_calls += 1
        user_id = _user(context)
        known = self._known(user_id, request)
        answer = upload_pb2.InitResumableUploadResponse(
            upload_id=known.upload_id,
            bucket=self.emulator.settings.buckets[0],
            object_name=known.object_name,
            status=self._status(known),
            video_id=request.video_id,
            chunk_multiple_bytes=262_144,
            recommended_chunk_bytes=self.chunk_bytes,
            attempt=known.attempt,
        )
        if answer.status == "completed":
            answer.already_completed = True
        else:
            self._sign(answer, request.content_type)
        if self.fails_after_init:
            known.error_code = self.fails_after_init.pop(0)
        return answer

    async def GetUpload(  # noqa: N802 - the contract's name
        self, request: upload_pb2.GetUploadRequest, context: Context
    ) -> upload_pb2.GetUploadResponse:
        await self._refuse_if_told(context)
        self.get_calls += 1
        for known in self.uploads.values():
            if known.upload_id == request.upload_id:
                return self._shown(known)
        await abort(context, Refusal(StatusCode.NOT_FOUND, "UPLOAD_NOT_FOUND"))
        raise AssertionError("abort raises")

    async def BindUploadToVideo(  # noqa: N802 - the contract's name
        self, request: upload_pb2.BindUploadToVideoRequest, context: Context
    ) -> upload_pb2.BindUploadToVideoResponse:
        raise NotImplementedError

    async def CreateVideo(  # noqa: N802 - the contract's name
        self, request: video_pb2.CreateVideoRequest, context: Context
    ) -> video_pb2.CreateVideoResponse:
        await self._refuse_if_told(context)
        video = video_pb2.Video(
            video_id=str(uuid.uuid4()), title=request.title, description=request.description
        )
        self.videos[video.video_id] = video
        return video_pb2.CreateVideoResponse(video=video)

    async def GetVideo(  # noqa: N802 - the contract's name
        self, request: video_pb2.GetVideoRequest, context: Context
    ) -> video_pb2.GetVideoResponse:
        await self._refuse_if_told(context)
        return video_pb2.GetVideoResponse(video=self.videos[request.video_id])

    def _known(self, user_id: str, request: upload_pb2.InitResumableUploadRequest) -> KnownUpload:
        name = f"videos/{user_id}/{request.content_md5_hex}"
        key = (user_id, request.content_md5_hex)
        fresh = KnownUpload(str(uuid.uuid4()), name, request.content_md5_hex, request)
        known = self.uploads.setdefault(key, fresh)
        if request.video_id:
            known.request = request
        if known.error_code:
            known.error_code, known.attempt = "", known.attempt + 1
        return known

    def _status(self, known: KnownUpload) -> str:
        if known.error_code:
            return "failed"
        stored = any(
            each.name == known.object_name and each.md5.hex() == known.md5_hex
            for each in self.emulator.objects
        )
        return "completed" if stored and self.notified else "pending"

    def _shown(self, known: KnownUpload) -> upload_pb2.GetUploadResponse:
        shown = upload_pb2.GetUploadResponse(
            status=self._status(known),
            upload_id=known.upload_id,
            bucket=self.emulator.settings.buckets[0],
            object_name=known.object_name,
            video_id=known.request.video_id,
            error_code=known.error_code,
        )
        if shown.status == "completed":
            live = self.emulator.objects.get(shown.bucket, known.object_name)
            shown.gcs_generation = str(live.generation)
            shown.size_bytes = live.size
            shown.md5_hash_hex = live.md5.hex()
        return shown

    def _sign(self, answer: upload_pb2.InitResumableUploadResponse, content_type: str) -> None:
        headers = {
            "host": urlsplit(self.emulator.url).netloc,
            "content-type": content_type,
            "x-upload-content-type": content_type,
            "x-goog-resumable": "start",
            "x-goog-if-generation-match": "0",
        }
        blob = self._signer.bucket(answer.bucket).blob(answer.object_name)
        answer.resumable_init_method = "POST"
        answer.resumable_init_headers.update(headers)
        life = self.url_lives.pop(0) if len(self.url_lives) > 1 else self.url_lives[0]
        answer.resumable_init_url = blob.generate_signed_url(
            version="v4",
            method="POST",
            expiration=life,
            headers={**headers, **self.signed_otherwise},
            api_access_endpoint=self.emulator.url,
        )

    async def _refuse_if_told(self, context: Context) -> None:
        refusal = self.refusal
        if refusal is not None and refusal.times > 0:
            refusal.times -= 1
            await abort(context, refusal)


async def abort(context: Context, refusal: Refusal) -> None:
    """End the call as Catalog does: one google.rpc.Status with its details."""
    status = status_pb2.Status(code=refusal.code.value[0], message="no")
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=refusal.reason, domain="catalog"))
    if refusal.retry_seconds is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromNanoseconds(int(refusal.retry_seconds * 1e9))
        status.details.add().Pack(retry)
    if refusal.fields:
        bad = error_details_pb2.BadRequest()
        for name, text in refusal.fields.items():
            bad.field_violations.add(field=name, description=text)
        status.details.add().Pack(bad)
    metadata = ((_DETAILS_KEY, status.SerializeToString()),)
    await context.abort(refusal.code, "no", metadata)


@contextlib.asynccontextmanager
async def run_catalog(emulator: Emulator) -> AsyncIterator[CatalogServer]:
    """Serve on a free loopback port until the block is left."""
    catalog = CatalogServer(emulator)
    server = grpc.aio.server()
    upload_pb2_grpc.add_UploadServiceServicer_to_server(catalog, server)
    video_pb2_grpc.add_VideoServiceServicer_to_server(catalog, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    catalog.target = f"127.0.0.1:{port}"
    try:
        yield catalog
    finally:
        await server.stop(grace=None)


def _user(context: Context) -> str:
    values = [v for k, v in context.invocation_metadata() or () if k == "user_id"]
    assert len(values) == 1
    return str(values[0])
