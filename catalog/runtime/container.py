"""The wiring: settings in, adapters into use cases, use cases into servicers."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx

from catalog.adapters.gcs.access_tokens import GoogleAccessTokens
from catalog.adapters.gcs.blob_signer import BlobSigner
from catalog.adapters.gcs.iam_signer import IamSigner
from catalog.adapters.gcs.key_signer import KeySigner
from catalog.adapters.gcs.object_store import BucketObjects
from catalog.adapters.gcs.signer import PUBLIC_ENDPOINT, SignedStarts
from catalog.adapters.grpc.guard import Guard
from catalog.adapters.grpc.identity import IdentityReader
from catalog.adapters.grpc.telling import Told
from catalog.adapters.grpc.uploads import UploadServicer, UploadUseCases
from catalog.adapters.grpc.videos import VideoServicer
from catalog.adapters.http.callback import CallbackSettings, PushCallback
from catalog.adapters.http.push_telling import PushTold
from catalog.adapters.postgres.ids import random_id
from catalog.adapters.postgres.store import PostgresStore
from catalog.adapters.pubsub.certificates import CertificateCache
from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.adapters.pubsub.push_tokens import PushTokens
from catalog.application.bind_upload_to_video import BindUploadToVideo
from catalog.application.cancel_upload import CancelUpload
from catalog.application.create_video import CreateVideo
from catalog.application.finalize_upload import FinalizeUpload
from catalog.application.get_upload import GetUpload
from catalog.application.get_video import GetVideo
from catalog.application.init_resumable_upload import InitResumableUpload
from catalog.application.limits import Places, TokenBuckets, WorkBudget
from catalog.application.list_uploads import ListUploads
from catalog.application.measured import (
    MeasuredCancel,
    MeasuredFinalize,
    MeasuredInit,
    MeasuredReport,
)
from catalog.application.metrics.metric import Measures
from catalog.application.object_removal import ObjectRemoval
from catalog.application.ports import ObjectStore, UrlSigner
from catalog.application.quarantine_push import QuarantinePush
from catalog.application.report_upload_progress import ReportUploadProgress
from catalog.domain.policies import UploadPolicy
from catalog.runtime.clock import SystemClock
from catalog.runtime.config import Config
from catalog.runtime.observability import Telemetry


@dataclass(frozen=True, slots=True)
class Container:
    """What the servers are given."""

    guard: Guard
    uploads: UploadServicer
    videos: VideoServicer
    callback: PushCallback
    callback_keys_fresh: Callable[[], float | None]
    """How much longer the issuer's keys are fresh, in seconds; None before the first fetch."""

    @property
    def places(self) -> Mapping[str, Places]:
        """Those of the two limiters, by the scope of their figures."""
        return {"rpc": self.guard.places, "callback": self.callback.places}


@asynccontextmanager
async def build(config: Config, store: PostgresStore, told: Telemetry) -> AsyncIterator[Container]:
    """Put everything together; what holds connections is closed when the block ends.

    Raises SigningKeyError or ValueError for settings that only the adapters can judge.
    """
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            httpx.AsyncClient(timeout=config.gcs.timeout_seconds, trust_env=False)
        )
        objects = _objects(config)
        stack.push_async_callback(objects.aclose)
        signer = await _signer(config, client, stack)
        certificates = CertificateCache(client, config.gcs.push_certs_url, measures=told.measures)
        stack.push_async_callback(certificates.aclose)
        certificates.fetch_ahead()
        yield Container(
            guard=_guard(config, told),
            uploads=_upload_servicer(config, store, signer, objects, told.measures),
            videos=VideoServicer(
                CreateVideo(store, ProtobufEvents(), SystemClock()), GetVideo(store)
            ),
            callback=_callback(config, store, certificates, told),
            callback_keys_fresh=certificates.fresh_seconds,
        )


def _guard(config: Config, told: Telemetry) -> Guard:
    limits = config.limits
    return Guard(
        identity=IdentityReader(config.auth.user_id_metadata_keys),
        max_seconds=config.server.call_deadline_seconds,
        places=Places(limits.max_calls),
        work=WorkBudget(limits.work_share),
        user_rate=TokenBuckets(limits.user_calls_per_second, limits.user_burst),
        told=Told(told.measures, told.tracing),
    )


def _objects(config: Config) -> BucketObjects:
    return BucketObjects(
        project_id=config.gcs.project_id,
        endpoint=config.gcs.endpoint or None,
        deadline_seconds=config.gcs.timeout_seconds,
    )


async def _signer(config: Config, client: httpx.AsyncClient, stack: AsyncExitStack) -> UrlSigner:
    blobs: BlobSigner
    if config.gcs.signer_key_file is not None and config.gcs.signer == "key":
        blobs = KeySigner.from_file(config.gcs.signer_key_file)
    else:
        tokens = GoogleAccessTokens()
        stack.push_async_callback(tokens.aclose)
        blobs = IamSigner(
            config.gcs.signer_service_account,
            client=client,
            tokens=tokens,
            endpoint=config.gcs.iam_endpoint,
            deadline_seconds=config.gcs.timeout_seconds,
        )
    return SignedStarts(
        blobs, url_life=_url_life(config), endpoint=config.gcs.endpoint or PUBLIC_ENDPOINT
    )


def _url_life(config: Config) -> timedelta:
    return timedelta(seconds=config.gcs.signed_url_ttl_seconds)


def _upload_servicer(
    config: Config,
    store: PostgresStore,
    signer: UrlSigner,
    objects: ObjectStore,
    measures: Measures,
) -> UploadServicer:
    init = InitResumableUpload(
        store=store,
        signer=signer,
        objects=objects,
        removal=ObjectRemoval(store, objects),
        policy=UploadPolicy(
            max_size_bytes=config.uploads.max_size_bytes,
            max_duration_seconds=config.uploads.max_duration_seconds,
            allowed_content_types=frozenset(config.uploads.allowed_content_types),
        ),
        bucket=config.gcs.bucket,
        url_life=_url_life(config),
        enabled=config.uploads.enabled,
    )
    return UploadServicer(
        UploadUseCases(
            init=MeasuredInit(init, measures),
            get_upload=GetUpload(store),
            bind=BindUploadToVideo(store),
            cancel=MeasuredCancel(CancelUpload(store, ProtobufEvents()), measures),
            list_uploads=ListUploads(store),
            report=MeasuredReport(
                ReportUploadProgress(store, config.uploads.max_size_bytes), measures
            ),
        )
    )


def _callback(
    config: Config, store: PostgresStore, certificates: CertificateCache, told: Telemetry
) -> PushCallback:
    limit = config.uploads.max_size_bytes
    finalize = FinalizeUpload(store, ProtobufEvents(), limit, random_id)
    return PushCallback(
        PushTokens(
            certificates=certificates,
            audiences=config.gcs.callback_audience,
            email=config.gcs.push_service_account_email,
            issuers=config.gcs.push_issuers,
        ),
        MeasuredFinalize(finalize, told.measures),
        QuarantinePush(store),
        CallbackSettings(
            accepted_buckets=config.gcs.buckets,
            max_seconds=config.server.callback_deadline_seconds,
            max_at_once=config.limits.max_pushes,
        ),
        PushTold(told.measures, told.tracing),
    )
