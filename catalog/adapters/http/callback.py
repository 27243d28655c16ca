"""The push endpoint: who sends is checked first, what is sent is answered once and for all."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from catalog.adapters.http.body import Body, read_body
from catalog.adapters.http.push_envelope import KEPT_BYTES, OtherEvent, Unusable, parse_push
from catalog.adapters.http.push_reasons import Reason
from catalog.application.faults import describe_fault
from catalog.application.finalize_upload import FinalizeOutcome
from catalog.application.ports import PushAuthenticator
from catalog.application.push_errors import PushForbiddenError, PushUnauthenticatedError
from catalog.application.records import Arrival, Quarantined
from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import UnavailableError

FinalizeUseCase = Callable[[Arrival], Awaitable[FinalizeOutcome]]
QuarantineUseCase = Callable[[Quarantined], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class CallbackSettings:
    """What the endpoint accepts, and how long it takes at most."""

    accepted_buckets: frozenset[str]
    max_seconds: float = 8.0
    """For all of it; below the subscription's ack deadline (10 s by default), or
    deliveries of one message overlap."""
    max_body_seconds: float = 5.0
    max_body_bytes: int = 256 * 1024
    retry_after_seconds: int = 1


class PushCallback:
    """Answers 204 to all that need not come again, 503 to what should, 401 and 403 to strangers."""

    def __init__(
        self,
        authenticator: PushAuthenticator,
        finalize: FinalizeUseCase,
        quarantine: QuarantineUseCase,
        settings: CallbackSettings,
    ) -> None:
        self._authenticator = authenticator
        self._finalize = finalize
        self._quarantine = quarantine
        self._settings = settings
        self._log = structlog.get_logger(component="push").bind()

    async def receive(self, request: Request) -> Response:
        """Answer one push, within the deadline, whatever happens."""
        try:
            async with asyncio.timeout(self._settings.max_seconds):
                return await self._receive(request)
        except PushUnauthenticatedError as refusal:
            self._log.warning("push_refused", status=401, why=str(refusal))
            return Response(status_code=401, headers={"www-authenticate": "Bearer"})
        except PushForbiddenError as refusal:
            self._log.warning("push_refused", status=403, why=str(refusal))
            return Response(status_code=403)
        except ClientDisconnect:
            self._log.info("push_abandoned")
            return self._later()
        except asyncio.CancelledError as fault:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return self._failed(fault)
        except Exception as fault:  # noqa: BLE001 - Pub/Sub delivers again, whatever it was
            return self._failed(fault)

    async def _receive(self, request: Request) -> Response:
        await self._authenticate(request)
        async with asyncio.timeout(self._settings.max_body_seconds):
            body = await read_body(request.stream(), self._settings.max_body_bytes)
        push = (
            Unusable(Reason.BODY_TOO_LARGE)
            if body.oversized
            else parse_push(body.content, self._settings.accepted_buckets)
        )
        match push:
            case Arrival():
                await self._take(push)
            case OtherEvent():
                self._log.info(
                    "push_of_other_event",
                    event_type=push.event_type,
                    pubsub_message_id=push.message_id,
                )
            case Unusable():
                await self._set_aside(push, body)
        return Response(status_code=204)

    async def _authenticate(self, request: Request) -> None:
        values = request.headers.getlist("authorization")
        if len(values) > 1:
            raise PushUnauthenticatedError("several Authorization headers")
        await self._authenticator.authenticate(values[0] if values else None)

    async def _take(self, arrival: Arrival) -> None:
        outcome = await self._finalize(arrival)
        tell = self._log.error if outcome.alarm else self._log.info
        tell(
            "push_alarm" if outcome.alarm else "push",
            effect=outcome.effect,
            upload_id=str(outcome.upload_id) if outcome.upload_id else None,
            object_name=arrival.stored.ref.name,
            gcs_generation=str(arrival.stored.generation),
            pubsub_message_id=arrival.message_id,
            size_differs=outcome.size_differs,
            type_differs=outcome.type_differs,
            video_created=outcome.video_created,
        )

    async def _set_aside(self, push: Unusable, body: Body) -> None:
        """Quarantine; what cannot be kept is told in the log, for it would fail again for ever."""
        record = Quarantined(
            dedup_key=_quarantine_key(push, body),
            message_id=push.message_id,
            payload=body.content[:KEPT_BYTES],
            reason=push.reason.value,
        )
        facts = {"reason": record.reason, "detail": push.detail, "dedup_key": record.dedup_key}
        try:
            kept = await self._quarantine(record)
        except (UnavailableError, ConcurrentChangeError, TimeoutError):
            raise
        except Exception as fault:  # noqa: BLE001 - a poison message must not come for ever
            self._log.error("push_lost", **facts, **describe_fault(fault))
        else:
            self._log.error("push_quarantined", **facts, first_time=kept)

    def _failed(self, fault: BaseException) -> Response:
        self._log.error("push_failed", **describe_fault(fault))
        return self._later()

    def _later(self) -> Response:
        retry_after = str(self._settings.retry_after_seconds)
        return Response(status_code=503, headers={"retry-after": retry_after})


def _quarantine_key(push: Unusable, body: Body) -> str:
    if push.message_id is not None:
        return f"msg:{push.message_id}"
    return f"sha256:{hashlib.sha256(body.content).hexdigest()}"
