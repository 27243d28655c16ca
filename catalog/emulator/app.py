"""The one Starlette application that plays all the services."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from catalog.emulator.answers import (
    JsonError,
    Refusal,
    answer_http_exception,
    answer_refusal,
)
from catalog.emulator.control import Control
from catalog.emulator.control_push import PushControl
from catalog.emulator.iam import IamApi
from catalog.emulator.json_api import JsonApi
from catalog.emulator.resumable import XmlApi
from catalog.emulator.settings import is_loopback
from catalog.emulator.state import EmulatorState

Endpoint = Callable[[Request], Awaitable[Response]]

# Paths of the other services, which must not be taken for buckets.
_RESERVED = ("/_emulator", "/storage", "/download", "/upload", "/oauth2", "/v1", "/token")

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def build_app(state: EmulatorState) -> Starlette:
    """Every path of every service; what is none of them is an XML API object path."""
    return Starlette(
        routes=[
            *_control_routes(state),
            *_google_routes(state),
            *(
                Route(prefix + "/{rest:path}", nothing_here, methods=_METHODS)
                for prefix in _RESERVED
            ),
            _xml_route(state),
        ],
        exception_handlers={
            Refusal: answer_refusal,
            HTTPException: answer_http_exception,
        },
    )


def _google_routes(state: EmulatorState) -> list[BaseRoute]:
    json_api, iam = JsonApi(state), IamApi(state)
    objects = "/storage/v1/b/{bucket}/o"
    signing = "/v1/projects/-/serviceAccounts/{email}:signBlob"
    return [
        Route("/oauth2/v1/certs", state.issuer.certs, methods=["GET"]),
        Route("/token", iam.token, methods=["POST"]),
        Route(signing, iam.sign_blob, methods=["POST"]),
        Route("/storage/v1/b/{bucket}", json_api.bucket, methods=["GET"]),
        Route(objects, json_api.list, methods=["GET"]),
        Route(objects + "/{object:path}", json_api.object, methods=["GET", "DELETE"]),
        Route("/download" + objects + "/{object:path}", json_api.object, methods=["GET"]),
    ]


def _control_routes(state: EmulatorState) -> list[BaseRoute]:
    control, push = Control(state), PushControl(state)
    handlers: list[tuple[str, str, Endpoint]] = [
        ("GET", "/faults", control.get_faults),
        ("PUT", "/faults", control.put_faults),
        ("DELETE", "/faults", control.delete_faults),
        ("DELETE", "/faults/{name}", control.delete_faults),
        ("GET", "/objects", control.objects),
        ("PUT", "/objects/{bucket}/{name:path}", control.put_object),
        ("GET", "/requests", control.requests),
        ("DELETE", "/requests", control.requests),
        ("GET", "/deliveries", control.deliveries),
        ("GET", "/published", control.published),
        ("DELETE", "/published", control.published),
        ("POST", "/token", control.token),
        ("POST", "/keys/rotate", control.rotate_key),
        ("GET", "/push", push.get),
        ("PUT", "/push", push.put),
        ("POST", "/push", push.push),
        ("DELETE", "/push", push.discard),
        ("POST", "/push/drain", push.drain),
    ]
    return [
        Route(f"/_emulator{path}", loopback_only(handler), methods=[method])
        for method, path, handler in handlers
    ]


def _xml_route(state: EmulatorState) -> Route:
    xml = XmlApi(state)

    async def storage(request: Request) -> Response:
        return await xml(request)

    return Route("/{rest:path}", storage, methods=_METHODS)


async def nothing_here(_request: Request) -> Response:
    """404 for a path that no emulated service has."""
    raise JsonError(404, "Not Found")


def loopback_only(handler: Endpoint) -> Endpoint:
    """Refuse clients of other machines with 403, wherever the emulator listens."""

    async def guarded(request: Request) -> Response:
        if request.client is None or not is_loopback(request.client.host):
            raise JsonError(403, "the control endpoints answer loopback clients only")
        return await handler(request)

    return guarded
