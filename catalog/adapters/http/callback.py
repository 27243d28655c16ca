"""The push endpoint: who sends is checked first, what is sent is answered once and for all."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from catalog.adapters.http.body import Body, SenderGoneError, read_body
from catalog.adapters.http.push_envelope import KEPT_BYTES, OtherEvent, Unusable, parse_push
from catalog.adapters.http.push_reasons import Reason
from catalog.adapters.http.push_telling import PushTelling, PushTold
from catalog.application.deadline import Deadline
from catalog.application.finalize_upload import FinalizeUseCase
from catalog.application.limits import Places
from catalog.application.ports import PushAuthenticator
from catalog.application.push_errors import PushForbiddenError, PushUnauthenticatedError
from catalog.application.records import Arrival, Quarantined
from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import UnavailableError

# Made once: they hold nothing of the push that they answer.
_DONE = Response(status_code=204)
_UNAUTHENTICATED = Response(status_code=401, headers={"www-authenticate": "Bearer"})
_FORBIDDEN = Response(status_code=403)

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
        retry_after = {"retry-after": str(settings.retry_after_seconds)}
        self._later = Response(status_code=503, headers=retry_after)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one push, within the deadline, whatever happens."""
        answer = await self._admitted(scope, receive)
        await answer(scope, receive, send)

    async def _admitted(self, scope: Scope, receive: Receive) -> Response:
        if not self.places.take():
            self._told.limited.count(503)
            return self._later
        telling = self._told.begin()
        try:
            return await self._answered(scope, receive, telling)
        finally:
            self.places.give_back()

    async def _answered(self, scope: Scope, receive: Receive, telling: PushTelling) -> Response:
        task = asyncio.current_task()
        assert task is not None
        try:
            with Deadline(task, self._settings.max_seconds):
                await self._receive(scope, receive, telling, task)
        except PushUnauthenticatedError as refusal:
            telling.refused(401, str(refusal))
            return _UNAUTHENTICATED
        except PushForbiddenError as refusal:
            telling.refused(403, str(refusal))
            return _FORBIDDEN
        except SenderGoneError:
            telling.abandoned()
            return self._later
        except asyncio.CancelledError as fault:
            if task.cancelling():
                telling.cut_off()
                raise
            telling.failed(fault)
            return self._later
        except Exception as fault:  # noqa: BLE001 - Pub/Sub delivers again, whatever it was
            telling.failed(fault)
            return self._later
        return _DONE

    async def _receive(
        self, scope: Scope, receive: Receive, telling: PushTelling, task: "asyncio.Task[object]"
    ) -> None:
        authorization, traceparent = _of_head(scope)
        await self._authenticator.authenticate(authorization)
        telling.trusted(traceparent)
        with Deadline(task, self._settings.max_body_seconds):
            body = await read_body(receive, self._settings.max_body_bytes)
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


def _of_head(scope: Scope) -> tuple[str | None, str | None]:
    """Find Authorization, which may come once, and the first traceparent."""
    authorization: str | None = None
    traceparent: str | None = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            if authorization is not None:
                raise PushUnauthenticatedError("several Authorization headers")
            authorization = value.decode("latin-1")
        elif name == b"traceparent" and traceparent is None:
            traceparent = value.decode("latin-1")
    return authorization, traceparent


def _quarantine_key(push: Unusable, body: Body) -> str:
    if push.message_id is not None:
        return f"msg:{push.message_id}"
    return f"sha256:{hashlib.sha256(body.content).hexdigest()}"
