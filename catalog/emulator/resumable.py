"""The XML API under ``/BUCKET/OBJECT``: which request goes to which part of a session's life."""

import secrets
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from catalog.emulator.answers import XmlError
from catalog.emulator.request_log import LoggedRequest
from catalog.emulator.sessions import Session, SessionState
from catalog.emulator.state import EmulatorState
from catalog.emulator.storage_call import handle, xml_fault
from catalog.emulator.xml_put import SessionPut
from catalog.emulator.xml_start import start

_SERVER = "UploadServer"


class XmlApi:
    """Path-style requests only: the bucket is the first part of the path."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    async def __call__(self, request: Request) -> Response:
        """Log, apply faults, answer; every answer says Server: UploadServer.

        X-GUploader-UploadID is on every response as well, as seen on the real service.
        """
        bucket, name = _target(request)
        entry = LoggedRequest(request.method, _kind(request), bucket, name)
        entry.content_range = request.headers.get("content-range")

        async def answer(entry: LoggedRequest) -> Response:
            return await self._answer(request, entry)

        response = await handle(self._state, entry, answer, xml_fault)
        response.headers["Server"] = _SERVER
        response.headers.setdefault("X-GUploader-UploadID", secrets.token_urlsafe(48))
        return response

    async def _answer(self, request: Request, entry: LoggedRequest) -> Response:
        """[iam-xml] a session URI needs no credentials, so only the POST is verified."""
        if entry.kind == "start":
            return start(self._state, request, entry.bucket, entry.object)
        upload_id = request.query_params.get("upload_id")
        if upload_id is None or entry.kind == "other":
            message = "A header you provided implies functionality that is not implemented."
            raise XmlError(501, "NotImplemented", message)
        session = self._state.sessions.find(upload_id, entry.bucket, entry.object)
        if entry.kind == "cancel":
            return _cancel(session)
        return await SessionPut(self._state, request, session, entry).answer()


def _cancel(session: Session) -> Response:
    """[performing-resumable] DELETE on a session URI is answered 499.

    What it does to a completed session is not documented; the object stays here.
    """
    if session.state is SessionState.OPEN:
        session.end(SessionState.CANCELLED)
    return Response(status_code=499)


def _target(request: Request) -> tuple[str, str]:
    """Bucket and object, decoded once from the raw path."""
    path = request.scope["raw_path"].decode("latin-1").removeprefix("/")
    bucket, _, name = path.partition("/")
    try:
        return unquote(bucket, errors="strict"), unquote(name, errors="strict")
    except UnicodeDecodeError:
        raise XmlError(400, "InvalidURI", "Couldn't parse the specified URI.") from None


def _kind(request: Request) -> str:
    if request.method == "PUT":
        is_query = request.headers.get("content-range", "").startswith("bytes */")
        return "status" if is_query else "put"
    return {"POST": "start", "DELETE": "cancel"}.get(request.method, "other")
