"""Control of the push subscription, and pushes made by hand.

    GET    /_emulator/push          {endpoint, audience, pending: [...]}
    PUT    /_emulator/push          {endpoint, audience?}; messages that wait go there too
    DELETE /_emulator/push          forget everything pending
    POST   /_emulator/push/drain    {timeout_seconds?}; 200 once nothing is pending, else 504
    POST   /_emulator/push          push now, once each, answering what the endpoint answered

A push by hand is either a finalize of an existing object
(``bucket, name, generation?, payload?, attributes?``, the last two patching single fields) or a
body of any shape (``raw`` as text or ``raw_base64``). Common to both: ``times`` (1), ``token``
(another bearer token), ``concurrent`` (all at once), and for finalizes ``new_message_ids`` (one
id a push). The answer is ``{"deliveries": [{message_id, outcome, status, ...}]}``.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from catalog.emulator.answers import JsonError
from catalog.emulator.control_body import optional, read_body, required
from catalog.emulator.messages import Message
from catalog.emulator.objects import ObjectMissingError
from catalog.emulator.push_client import PushTarget
from catalog.emulator.state import EmulatorState

MAX_TIMES = 1000

_Push = Callable[[int], Awaitable[dict[str, Any]]]
_BY_HAND = frozenset(
    {
        "bucket", "name", "generation", "payload", "attributes", "raw", "raw_base64",
        "times", "token", "concurrent", "new_message_ids",
    }
)  # fmt: skip


class PushControl:
    """Handlers of the endpoints above."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    async def get(self, _request: Request) -> Response:
        """Target and pending messages."""
        target = self._state.pushes.target
        pending = [
            {"message_id": message.message_id, "attributes": dict(message.attributes)}
            for message in self._state.pushes.pending
        ]
        return JSONResponse(
            {
                "endpoint": target.endpoint if target else None,
                "audience": target.token_audience if target else None,
                "pending": pending,
            }
        )

    async def put(self, request: Request) -> Response:
        """Set or replace the push endpoint and the audience of its tokens."""
        body = await read_body(request, frozenset({"endpoint", "audience"}))
        target = PushTarget(required(body, "endpoint", str), optional(body, "audience", str))
        if not target.endpoint.startswith(("http://", "https://")):
            raise JsonError(400, "endpoint must be an http or https URL")
        self._state.pushes.set_target(target)
        return await self.get(request)

    async def discard(self, _request: Request) -> Response:
        """Forget all pending messages."""
        await self._state.pushes.discard()
        return Response(status_code=204)

    async def drain(self, request: Request) -> Response:
        """Wait until everything is acknowledged."""
        body = await read_body(request, frozenset({"timeout_seconds"}))
        try:
            await self._state.pushes.drain(float(body.get("timeout_seconds", 10)))
        except TimeoutError:
            raise JsonError(504, "messages are still pending") from None
        except (TypeError, ValueError):
            raise JsonError(400, "timeout_seconds must be a number") from None
        return await self.get(request)

    async def push(self, request: Request) -> Response:
        """Push by hand."""
        body = await read_body(request, _BY_HAND)
        target = self._state.pushes.target
        if target is None:
            raise JsonError(409, "no push endpoint is set")
        times = 1 if "times" not in body else required(body, "times", int)
        if not 1 <= times <= MAX_TIMES:
            raise JsonError(400, f"times must be 1 to {MAX_TIMES}")
        push = self._raw(body, target) if _is_raw(body) else self._finalize(body, target)
        deliveries = await _repeat(push, times, optional(body, "concurrent", bool) or False)
        return JSONResponse({"deliveries": deliveries})

    def _finalize(self, body: Mapping[str, Any], target: PushTarget) -> _Push:
        first = self._message(body)
        token = optional(body, "token", str)
        renumber = optional(body, "new_message_ids", bool) or False
        pushes, client = self._state.pushes, self._state.push_client
        subscription = self._state.settings.subscription_path

        async def push(number: int) -> dict[str, Any]:
            message = first.with_id(pushes.ids.next()) if renumber and number else first
            answer = await client.push(target, message.push_body(subscription), token)
            return asdict(pushes.log.record(message, number + 1, answer))

        return push

    def _message(self, body: Mapping[str, Any]) -> Message:
        bucket, name = required(body, "bucket", str), required(body, "name", str)
        try:
            stored = self._state.objects.get(bucket, name)
        except ObjectMissingError:
            raise JsonError(404, f"No such object: {bucket}/{name}") from None
        payload = dict(optional(body, "payload", dict) or {})
        attributes = dict(optional(body, "attributes", dict) or {})
        generation = body.get("generation")
        if generation is not None:
            number = str(generation)
            payload = {
                "generation": number, "id": f"{bucket}/{name}/{number}", **payload
            }  # fmt: skip
            attributes = {"objectGeneration": number, **attributes}
        return self._state.notifications.finalize(stored, payload, attributes)

    def _raw(self, body: Mapping[str, Any], target: PushTarget) -> _Push:
        content = _raw_bytes(body)
        token = optional(body, "token", str)
        client = self._state.push_client

        async def push(_number: int) -> dict[str, Any]:
            return asdict(await client.push(target, content, token))

        return push


def _is_raw(body: Mapping[str, Any]) -> bool:
    return "raw" in body or "raw_base64" in body


def _raw_bytes(body: Mapping[str, Any]) -> bytes:
    if "raw" in body:
        return required(body, "raw", str).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(required(body, "raw_base64", str), validate=True)
    except ValueError:
        raise JsonError(400, "raw_base64 is not base64") from None


async def _repeat(push: _Push, times: int, concurrent: bool) -> list[dict[str, Any]]:
    if not concurrent:
        return [await push(number) for number in range(times)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_run(push, number)) for number in range(times)]
    return [task.result() for task in tasks]


async def _run(push: _Push, number: int) -> dict[str, Any]:
    return await push(number)
