"""A service whose adapters break as a test says, served over real sockets."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import grpc
import httpx

from catalog.adapters.grpc.guard import Guard
from catalog.adapters.grpc.identity import IdentityReader
from catalog.adapters.grpc.server import GrpcSettings, grpc_server
from catalog.adapters.grpc.uploads import UploadServicer, UploadUseCases
from catalog.adapters.grpc.videos import VideoServicer
from catalog.adapters.http.app import sidecar_app
from catalog.adapters.http.callback import CallbackSettings, PushCallback
from catalog.adapters.http.health import Readiness
from catalog.adapters.http.server import HttpSettings, http_server
from catalog.adapters.memory.objects import MemoryObjects
from catalog.adapters.memory.push_tokens import MemoryPushTokens
from catalog.adapters.memory.signer import MemorySigner
from catalog.adapters.memory.store import MemoryStore
from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.application.bind_upload_to_video import BindUploadToVideo
from catalog.application.cancel_upload import CancelUpload
from catalog.application.create_video import CreateVideo
from catalog.application.finalize_upload import FinalizeUpload
from catalog.application.get_upload import GetUpload
from catalog.application.get_video import GetVideo
from catalog.application.init_resumable_upload import InitResumableUpload
from catalog.application.list_uploads import ListUploads
from catalog.application.object_removal import ObjectRemoval
from catalog.application.ports import EventEncoder, ObjectStore, PushAuthenticator, UrlSigner
from catalog.application.quarantine_push import QuarantinePush
from catalog.application.records import OutboxRecord, SignedStart
from catalog.application.report_upload_progress import ReportUploadProgress
from catalog.application.store import Store
from catalog.domain.events import Event
from catalog.domain.values import Generation, ObjectRef, StoredObject
from catalog.runtime.clock import SystemClock
from tests.e2e.broken_pool import Trouble
from tests.support.builders import POLICY
from tests.support.service import BUCKET, Rpc

LIFE = timedelta(minutes=15)
TOKEN = "known-by-heart"
CALLBACK = "/_/gcs/callback"


@dataclass(slots=True)
class BrokenSigner:
    trouble: Trouble

    async def signed_resumable_init_url(
        self, ref: ObjectRef, content_type: str, at: datetime
    ) -> SignedStart:
        self.trouble.strike()


@dataclass(slots=True)
class BrokenObjects(MemoryObjects):
    """Shows what is there, and breaks when it is to be deleted, or shows nothing at all."""

    trouble: Trouble
    blind: bool

    def __post_init__(self) -> None:
        MemoryObjects.__init__(self)

    async def stat(self, ref: ObjectRef) -> StoredObject | None:
        if self.blind:
            self.trouble.strike()
        return await MemoryObjects.stat(self, ref)

    async def delete(self, ref: ObjectRef, generation: Generation) -> bool:
        self.trouble.strike()


@dataclass(slots=True)
class BrokenEncoder:
    trouble: Trouble

    def encode(self, event: Event) -> OutboxRecord:
        self.trouble.strike()


@dataclass(slots=True)
class BrokenAuthenticator:
    trouble: Trouble

    async def authenticate(self, authorization: str | None) -> None:
        self.trouble.strike()


class AlwaysReady:
    async def check(self) -> Mapping[str, str]:
        return {}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service is put together from; all of it works unless it is replaced."""

    store: Store = field(default_factory=lambda: MemoryStore(SystemClock()))
    signer: UrlSigner = field(default_factory=lambda: MemorySigner(LIFE))
    objects: ObjectStore = field(default_factory=MemoryObjects)
    encoder: EventEncoder = field(default_factory=ProtobufEvents)
    authenticator: PushAuthenticator = field(default_factory=lambda: MemoryPushTokens({TOKEN}))
    readiness: Readiness = field(default_factory=AlwaysReady)


@dataclass(frozen=True, slots=True)
class Brittle:
    rpc: Rpc
    http: httpx.AsyncClient

    async def push(self, body: bytes, token: str = TOKEN) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return await self.http.post(CALLBACK, content=body, headers=headers)


@asynccontextmanager
async def brittle_service(parts: Parts) -> AsyncIterator[Brittle]:
    """Wire the use cases as the process does, to these parts."""
    init = InitResumableUpload(
        store=parts.store,
        signer=parts.signer,
        objects=parts.objects,
        removal=ObjectRemoval(parts.store, parts.objects),
        policy=POLICY,
        bucket=BUCKET,
        url_life=LIFE,
    )
    uploads = UploadServicer(
        UploadUseCases(
            init=init,
            get_upload=GetUpload(parts.store),
            bind=BindUploadToVideo(parts.store),
            cancel=CancelUpload(parts.store, parts.encoder),
            list_uploads=ListUploads(parts.store),
            report=ReportUploadProgress(parts.store, POLICY.max_size_bytes),
        )
    )
    create = CreateVideo(parts.store, parts.encoder, SystemClock())
    videos = VideoServicer(create, GetVideo(parts.store))
    callback = PushCallback(
        parts.authenticator,
        FinalizeUpload(parts.store, parts.encoder, POLICY.max_size_bytes),
        QuarantinePush(parts.store),
        CallbackSettings(accepted_buckets=frozenset({BUCKET}), max_seconds=60),
    )
    guard = Guard(IdentityReader(["user_id"]), max_seconds=60)
    app = sidecar_app(callback, parts.readiness, CALLBACK)
    async with (
        http_server(app, HttpSettings("127.0.0.1:0", grace_seconds=1)) as sidecar,
        grpc_server(GrpcSettings("127.0.0.1:0"), guard, uploads, videos) as server,
        grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{sidecar.port}", timeout=60, trust_env=False
        ) as http,
    ):
        yield Brittle(Rpc(channel), http)
