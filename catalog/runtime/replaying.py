"""The wiring of replays: kept bodies are read exactly as the push endpoint reads them."""

from catalog.adapters.http.push_envelope import KEPT_BYTES, OtherEvent, Unusable, parse_push
from catalog.adapters.http.push_reasons import Reason
from catalog.adapters.postgres.store import PostgresStore
from catalog.adapters.pubsub.codec import ProtobufEvents
from catalog.application.finalize_upload import FinalizeUpload
from catalog.application.records import Arrival
from catalog.application.replay_push import ForeignBody, ReplayPush, UnusableBody
from catalog.runtime.config import Config

_UNREADABLE = (Reason.NOT_JSON, Reason.NOT_UTF8)


def replay_push(config: Config, store: PostgresStore) -> ReplayPush:
    """Put the use case together with the buckets and limits of the settings."""
    buckets = config.gcs.buckets

    def read(body: bytes) -> Arrival | UnusableBody | ForeignBody:
        match parse_push(body, buckets):
            case Arrival() as arrival:
                return arrival
            case OtherEvent(event_type=event_type):
                return ForeignBody(event_type)
            case Unusable(reason=reason) as push:
                return UnusableBody(reason.value, push.detail, reason in _UNREADABLE)

    finalize = FinalizeUpload(store, ProtobufEvents(), config.uploads.max_size_bytes)
    return ReplayPush(store, read, finalize, KEPT_BYTES)
