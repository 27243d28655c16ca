"""A door to signBlob that counts who comes through."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.adapters.http.server import HttpSettings, http_server

_ANSWER_SECONDS = 20.0
_NOWHERE = 502


@dataclass(slots=True)
class Door:
    """Passes requests for signatures on to whoever signs."""

    signer: str
    client: httpx.AsyncClient
    url: str = ""
    """Where it is: what a service is told to be the endpoint of IAM Credentials."""
    asked: int = 0
    """Signatures so far, with those that were refused."""

    async def pass_on(self, request: Request) -> Response:
        """Answer as the signer does; 502 where it gives no answer."""
        self.asked += 1
        headers = {name: request.headers[name] for name in ("authorization", "content-type")}
        try:
            answer = await self.client.post(
                self.signer + request.url.path, content=await request.body(), headers=headers
            )
        except httpx.HTTPError:
            return Response(status_code=_NOWHERE)
        kind = answer.headers.get("content-type")
        return Response(answer.content, answer.status_code, media_type=kind)


@asynccontextmanager
async def counted_door(signer: str) -> AsyncIterator[Door]:
    """Listen on a free port of loopback in front of IAM Credentials at `signer`."""
    async with httpx.AsyncClient(trust_env=False, timeout=_ANSWER_SECONDS) as client:
        door = Door(signer, client)
        app = Starlette(routes=[Route("/{rest:path}", door.pass_on, methods=["POST"])])
        async with http_server(app, HttpSettings("127.0.0.1:0")) as server:
            door.url = f"http://127.0.0.1:{server.port}"
            yield door
