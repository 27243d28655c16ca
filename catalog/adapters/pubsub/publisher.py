"""Events to a Pub/Sub topic, through Google's own client."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import google.auth
import grpc
import structlog
from google.api_core import exceptions, retry_async
from google.api_core.client_options import ClientOptions
from google.auth.exceptions import GoogleAuthError
from google.pubsub_v1 import PublisherAsyncClient, PublishRequest, PubsubMessage
from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport

from catalog.application.ports import PublishError
from catalog.application.records import OutboxRecord
from catalog.application.tracing import NoTracing, Tracing, trace_id

PUBSUB_SCOPE = "https://www.googleapis.com/auth/pubsub"
GLOBAL_ENDPOINT = "pubsub.googleapis.com"

# The service takes 1000 messages and 10 MB a request; a video's snapshot may have 20 KB of text.
_MESSAGES_A_REQUEST = 400

# gRPC's own pauses grow to two minutes, long after Pub/Sub is back. The third is how long
# a connection may take to be made.
_CHANNEL_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.min_reconnect_backoff_ms", 5_000),
    # Pauses of other channels to the same address are none of ours.
    ("grpc.use_local_subchannel_pool", 1),
]

# What passes within a call's own deadline; a quota or a refusal waits for the caller's backoff.
_PASSING = retry_async.if_exception_type(
    exceptions.ServiceUnavailable,
    exceptions.Aborted,
    exceptions.InternalServerError,
    exceptions.Unknown,
)

# The protobuf classes behind the client's wrappers: a request is built in half the time.
_Request: Any = PublishRequest.pb()
_Message: Any = PubsubMessage.pb()


class PubsubPublisher:
    """One connection, made at the first event and made again whenever it breaks.

    `topic` is `projects/P/topics/T`. With `emulator` (host:port) the connection is
    plain and without credentials; else the machine's default credentials are looked
    up, once. Order by key holds where all publish through the same region, so
    `endpoint` should name one (`europe-west1-pubsub.googleapis.com`) when publishers
    run in several.
    """

    def __init__(
        self,
        topic: str,
        *,
        emulator: str | None = None,
        endpoint: str = GLOBAL_ENDPOINT,
        deadline_seconds: float = 10.0,
        tracing: Tracing | None = None,
    ) -> None:
        self._tracing = tracing or NoTracing()
        self._log = structlog.get_logger(component="publisher").bind()
        self._topic = topic
        self._emulator = emulator
        self._endpoint = endpoint
        self._deadline = deadline_seconds
        self._retry = retry_async.AsyncRetry(
            predicate=_PASSING, initial=0.1, maximum=1.0, multiplier=2.0, timeout=deadline_seconds
        )
        self._client: PublisherAsyncClient | None = None
        self._connecting = asyncio.Lock()
        self._closed = False

    async def publish(self, events: Sequence[OutboxRecord]) -> None:
        """Publish events of ONE aggregate, in this order, under its id as ordering key.

        Returns once all are acknowledged. Raises PublishError whose reason is the
        gRPC status by name, UNAUTHENTICATED where no credentials are found, or CLOSED;
        ValueError for events of several aggregates, of which nothing is published.
        """
        requests = list(_requests(self._topic, events))
        with self._traced(events):
            await self._send(requests)
        for event in events:
            self._log.info("event_published", **_facts(event))

    @contextmanager
    def _traced(self, events: Sequence[OutboxRecord]) -> Iterator[None]:
        """Give each event a span in the trace that brought it about."""
        spans = [
            self._tracing.begin("outbox.publish", "producer", parent=event.headers["traceparent"])
            for event in events
            if "traceparent" in event.headers
        ]
        fault: str | None = "CANCELLED"
        try:
            yield
            fault = None
        except PublishError as error:
            fault = error.reason
            raise
        finally:
            for span in spans:
                span.end(fault)

    async def _send(self, requests: Sequence[PublishRequest]) -> None:
        try:
            async with asyncio.timeout(self._deadline):
                for request in requests:
                    client = await self._connected()
                    await client.publish(request, retry=self._retry, timeout=self._deadline)
        except asyncio.CancelledError as cancelled:
            if _is_cancelled():
                raise
            # Not ours: the channel ends its calls like this when it is closed.
            raise PublishError("CLOSED") from cancelled
        except PublishError:
            raise
        except Exception as fault:  # the library names no closed set of faults
            raise PublishError("CLOSED" if self._closed else _reason(fault)) from fault

    async def aclose(self) -> None:
        """Close the connection; calls under way fail with CLOSED. Safe to repeat."""
        self._closed = True
        async with self._connecting:
            client, self._client = self._client, None
        if client is not None:
            await client.transport.close()  # type: ignore[no-untyped-call]  # ships no types here

    async def _connected(self) -> PublisherAsyncClient:
        async with self._connecting:
            if self._closed:
                raise PublishError("CLOSED")
            if self._client is None:
                self._client = await self._new_client()
            return self._client

    async def _new_client(self) -> PublisherAsyncClient:
        if self._emulator is not None:
            channel = grpc.aio.insecure_channel(
                self._emulator, options=[*_CHANNEL_OPTIONS, ("grpc.enable_http_proxy", 0)]
            )
            return PublisherAsyncClient(transport=PublisherGrpcAsyncIOTransport(channel=channel))
        credentials, _ = await asyncio.to_thread(google.auth.default, scopes=[PUBSUB_SCOPE])
        return PublisherAsyncClient(
            credentials=credentials,
            client_options=ClientOptions(api_endpoint=self._endpoint),
            transport=partial(PublisherGrpcAsyncIOTransport, channel=_secure_channel),
        )


def _secure_channel(host: str, **settings: Any) -> grpc.aio.Channel:  # noqa: ANN401 - the library's
    """Make a channel as the library would, but for the pauses between its connections."""
    settings["options"] = [*settings["options"], *_CHANNEL_OPTIONS]
    return PublisherGrpcAsyncIOTransport.create_channel(host, **settings)


def _requests(topic: str, events: Sequence[OutboxRecord]) -> Iterator[PublishRequest]:
    if len({event.aggregate_id for event in events}) > 1:
        raise ValueError("events of several aggregates cannot share an ordering key")
    for start in range(0, len(events), _MESSAGES_A_REQUEST):
        part = events[start : start + _MESSAGES_A_REQUEST]
        request = _Request(topic=topic, messages=[_message(event) for event in part])
        yield PublishRequest.wrap(request)


def _facts(event: OutboxRecord) -> dict[str, str]:
    facts = {
        "event_type": event.event_type,
        "event_id": str(event.event_id),
        f"{event.aggregate_type}_id": str(event.aggregate_id),
    }
    if "traceparent" in event.headers:
        facts["trace_id"] = trace_id(event.headers["traceparent"])
    return facts


def _message(event: OutboxRecord) -> Any:  # noqa: ANN401 - a protobuf class without types
    return _Message(
        data=event.payload,
        attributes=dict(event.headers),
        ordering_key=str(event.aggregate_id),
    )


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _reason(fault: BaseException | None) -> str:
    match fault:
        case TimeoutError():
            return "DEADLINE_EXCEEDED"
        case exceptions.RetryError():
            return _reason(fault.cause)
        case exceptions.GoogleAPICallError() if fault.grpc_status_code is not None:
            return str(fault.grpc_status_code.name)
        case GoogleAuthError():
            return "UNAUTHENTICATED"
        case _:
            return "INTERNAL"
