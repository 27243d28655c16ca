"""The push endpoint: who sends is checked first, what is sent is answered once and for all."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from catalog.adapters.http.body import Body, read_body
from catalog.adapters.http.push_envelope import KEPT_BYTES, OtherEvent, Unusable, parse_push
from catalog.adapters.http.push_reasons import Reason
from catalog.adapters.http.push_telling import PushTelling, PushTold
from catalog.application.finalize_upload import FinalizeUseCase
from catalog.application.limits import Places
from catalog.application.ports import PushAuthenticator
from catalog.application.push_errors import PushForbiddenError, PushUnauthenticatedError
from catalog.application.records import Arrival, Quarantined
from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import UnavailableError

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
    max_at_once: int = 256
    """More are answered 503 at once, before anything is read of them."""


class PushCallback:
    """Answers 204 to all that need not come again, 503 to what should, 401 and 403 to strangers."""

    def __init__(
        self,
        authenticator: PushAuthenticator,
        finalize: FinalizeUseCase,
        quarantine: QuarantineUseCase,
        settings: CallbackSettings,
        told: PushTold | None = None,
    ) -> None:
        self._authenticator = authenticator
        self._finalize = finalize
        self._quarantine = quarantine
        self._settings = settings
        self.places = Places(settings.max_at_once)
        self._told = told or PushTold()

    async def receive(self, request: Request) -> Response:
        """Answer one push, within the deadline, whatever happens."""
        if not self.places.take():
            self._told.limited.count(503)
            return self._later()
        telling = self._told.begin()
        try:
            return await self._answered(request, telling)
        finally:
            self.places.give_back()

    async def _answered(self, request: Request, telling: PushTelling) -> Response:
        try:
            async with asyncio.timeout(self._settings.max_seconds):
                return await self._receive(request, telling)
        except PushUnauthenticatedError as refusal:
            telling.refused(401, str(refusal))
            return Response(status_code=401, headers={"www-authenticate": "Bearer"})
        except PushForbiddenError as refusal:
            telling.refused(403, str(refusal))
            return Response(status_code=403)
        except ClientDisconnect:
            telling.abandoned()
            return self._later()
        except asyncio.CancelledError as fault:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                telling.cut_off()
                raise
            telling.failed(fault)
            return self._later()
        except Exception as fault:  # noqa: BLE001 - Pub/Sub delivers again, whatever it was
            telling.failed(fault)
            return self._later()

    async def _receive(self, request: Request, telling: PushTelling) -> Response:
        await self._authenticate(request)
        telling.trusted(request.headers.get("traceparent"))
        async with asyncio.timeout(self._settings.max_body_seconds):
            body = await read_body(request.stream(), self._settings.max_body_bytes)
        push = (
            Unusable(Reason.BODY_TOO_LARGE)
            if body.oversized
            else parse_push(body.content, self._settings.accepted_buckets)
        )
        match push:
            case Arrival():
                telling.arrives(push)
                telling.finalized(await self._finalize(push))
            case OtherEvent():
                telling.of_other_event(push.event_type, push.message_id)
            case Unusable():
                await self._set_aside(push, body, telling)
        return Response(status_code=204)

    async def _authenticate(self, request: Request) -> None:
        values = request.headers.getlist("authorization")
        if len(values) > 1:
            raise PushUnauthenticatedError("several Authorization headers")
        await self._authenticator.authenticate(values[0] if values else None)

    async def _set_aside(self, push: Unusable, body: Body, telling: PushTelling) -> None:
        """Quarantine; what cannot be kept is told in the log, for it would fail again for ever."""
        record = Quarantined(
            dedup_key=_quarantine_key(push, body),
            message_id=push.message_id,
            payload=body.content[:KEPT_BYTES],
            reason=push.reason.value,
        )
        facts = {
            "reason": record.reason,
            "detail": push.detail,
            "dedup_key": record.dedup_key,
            "pubsub_message_id": push.message_id,
        }
        try:
            kept = await self._quarantine(record)
        except (UnavailableError, ConcurrentChangeError, TimeoutError):
            raise
        except Exception as fault:  # noqa: BLE001 - a poison message must not come for ever
            telling.lost(facts, fault)
        else:
            telling.quarantined(push.reason, facts, first=kept)

    def _later(self) -> Response:
        retry_after = str(self._settings.retry_after_seconds)
        return Response(status_code=503, headers={"retry-after": retry_after})


def _quarantine_key(push: Unusable, body: Body) -> str:
    if push.message_id is not None:
        return f"msg:{push.message_id}"
    return f"sha256:{hashlib.sha256(body.content).hexdigest()}"
