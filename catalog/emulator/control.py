"""The emulator's own endpoints under ``/_emulator``: faults, records, keys and tokens.

    GET    /_emulator/faults              faults that can still strike, by name
    PUT    /_emulator/faults              {name: {...} | [{...}]}; replaces those kinds
    DELETE /_emulator/faults[/NAME]       all faults off, or one kind
    GET    /_emulator/objects             JSON resources of all live objects
    PUT    /_emulator/objects/BUCKET/NAME[?notify=true]   store the body without any upload
    GET    /_emulator/requests            storage requests since start, no query strings
    DELETE /_emulator/requests            forget them
    GET    /_emulator/deliveries          push attempts: message id, object, status, attempt
    GET    /_emulator/published           messages of all topics, in order, with topic, id, time,
                                          attributes, orderingKey and base64 data
    DELETE /_emulator/published           forget them
    POST   /_emulator/token               {claims?, kid?, forged?} -> {token}; null removes a claim
    POST   /_emulator/keys/rotate         {drop_old?} -> {kid}; signs with a new key from now on

The push endpoints are in ``control_push``. All of them answer loopback clients only and need
no credentials. Fault names and fields are the NAMEs and fields of ``catalog.emulator.faults``.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from catalog.emulator import fault_switches
from catalog.emulator.answers import JsonError
from catalog.emulator.control_body import optional, read_body
from catalog.emulator.faults import KINDS
from catalog.emulator.keys import SigningKey
from catalog.emulator.object_resource import object_resource
from catalog.emulator.seeding import store
from catalog.emulator.state import EmulatorState

_FAULT_NAMES = frozenset(kind.NAME for kind in KINDS)


class Control:
    """Handlers of the endpoints above."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    async def get_faults(self, _request: Request) -> Response:
        """What can still strike; ``times`` is what is left."""
        return JSONResponse(self._state.faults.as_json())

    async def put_faults(self, request: Request) -> Response:
        """All or nothing: one bad entry (400) changes no switch."""
        body = await read_body(request, _FAULT_NAMES)
        try:
            faults = fault_switches.decode(body)
        except ValueError as error:
            raise JsonError(400, str(error)) from None
        self._state.faults.set(*faults)
        return JSONResponse(self._state.faults.as_json())

    async def delete_faults(self, request: Request) -> Response:
        """Switch off one kind or all; held notifications are delivered."""
        name = request.path_params.get("name")
        try:
            kinds = [] if name is None else [fault_switches.kind_named(name)]
        except ValueError as error:
            raise JsonError(400, str(error)) from None
        self._state.faults.clear(*kinds)
        return Response(status_code=204)

    async def objects(self, _request: Request) -> Response:
        """Live objects of all buckets."""
        base_url = self._state.base_url
        return JSONResponse([object_resource(each, base_url) for each in self._state.objects])

    async def put_object(self, request: Request) -> Response:
        """Seed an object of a few MiB; its type is the request's Content-Type."""
        bucket, name = request.path_params["bucket"], request.path_params["name"]
        if not self._state.objects.has_bucket(bucket):
            raise JsonError(404, "The specified bucket does not exist.")
        content_type = request.headers.get("content-type", "application/octet-stream")
        stored = store(self._state, bucket, name, await request.body(), content_type)
        if request.query_params.get("notify") == "true":
            self._state.notifications.object_finalized(stored)
        return JSONResponse(object_resource(stored, self._state.base_url))

    async def requests(self, request: Request) -> Response:
        """The request log; DELETE empties it."""
        if request.method == "DELETE":
            self._state.requests.clear()
            return Response(status_code=204)
        return JSONResponse(self._state.requests.as_json())

    async def deliveries(self, _request: Request) -> Response:
        """The delivery log."""
        return JSONResponse(self._state.pushes.log.as_json())

    async def published(self, request: Request) -> Response:
        """What subscribers would receive; DELETE empties the record, not the subscriptions."""
        if request.method == "DELETE":
            self._state.topics.forget_published()
            return Response(status_code=204)
        messages = self._state.topics.published
        return JSONResponse([{"topic": each.topic, **each.as_json()} for each in messages])

    async def token(self, request: Request) -> Response:
        """A token as pushes carry it, with some claims replaced or removed.

        ``kid`` lies about the key; ``forged`` signs with a key nobody knows.
        """
        body = await read_body(request, frozenset({"claims", "kid", "forged"}))
        forged = await new_key() if optional(body, "forged", bool) else None
        claims = {"aud": self._audience(), **(optional(body, "claims", dict) or {})}
        kid = optional(body, "kid", str)
        return JSONResponse({"token": self._state.issuer.mint(claims, kid=kid, key=forged)})

    async def rotate_key(self, request: Request) -> Response:
        """New signing key; the old certificate stays published unless ``drop_old``."""
        body = await read_body(request, frozenset({"drop_old"}))
        drop_old = optional(body, "drop_old", bool) or False
        self._state.issuer.rotate(await new_key(), drop_old=drop_old)
        return JSONResponse({"kid": self._state.issuer.kid})

    def _audience(self) -> str:
        target = self._state.pushes.target
        return target.token_audience if target else ""


async def new_key() -> SigningKey:
    """A key made on a thread, since it takes long enough to be felt."""
    return await asyncio.to_thread(SigningKey.generate)
