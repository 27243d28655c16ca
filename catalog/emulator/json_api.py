"""The JSON API calls that google-cloud-storage makes for stat, list, delete and download."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from catalog.emulator.answers import JsonError
from catalog.emulator.object_answer import completion_headers
from catalog.emulator.object_resource import object_resource
from catalog.emulator.objects import (
    ObjectMissingError,
    PreconditionFailedError,
    StoredObject,
)
from catalog.emulator.request_log import LoggedRequest
from catalog.emulator.state import EmulatorState
from catalog.emulator.storage_call import handle, json_fault

# [storage-discovery] maxResults is capped at 1000.
MAX_RESULTS = 1000


class JsonApi:
    """Object calls under /storage/v1, without authorization: whoever reaches it may use it."""

    def __init__(self, state: EmulatorState) -> None:
        self._state = state

    async def bucket(self, request: Request) -> Response:
        """``GET /storage/v1/b/BUCKET``: enough of a bucket to exist."""
        name = request.path_params["bucket"]
        self._check_bucket(name)
        url = f"{self._state.base_url}/storage/v1/b/{name}"
        return JSONResponse({"kind": "storage#bucket", "id": name, "name": name, "selfLink": url})

    async def object(self, request: Request) -> Response:
        """GET (stat, or the bytes with ``alt=media``) and DELETE of one object."""
        if request.method == "DELETE":
            return await self._handle(request, "delete", self._delete)
        if request.query_params.get("alt") == "media":
            return await self._handle(request, "media", self._media)
        return await self._handle(request, "stat", self._stat)

    async def list(self, request: Request) -> Response:
        """``GET /storage/v1/b/BUCKET/o``."""
        return await self._handle(request, "list", self._list)

    async def _handle(self, request: Request, kind: str, answer: "_Answer") -> Response:
        bucket = request.path_params["bucket"]
        name = request.path_params.get("object", "")

        async def run(entry: LoggedRequest) -> Response:
            self._check_bucket(entry.bucket)
            return answer(request, entry)

        entry = LoggedRequest(request.method, kind, bucket, name)
        return await handle(self._state, entry, run, json_fault)

    def _check_bucket(self, bucket: str) -> None:
        if not self._state.objects.has_bucket(bucket):
            raise JsonError(404, "The specified bucket does not exist.")

    def _find(self, request: Request, entry: LoggedRequest) -> StoredObject:
        """[storage-discovery] ``generation`` and the two generation preconditions."""
        objects = self._state.objects
        generation = _number(request, "generation")
        try:
            found = objects.get(entry.bucket, entry.object, generation)
            wanted = _number(request, "ifGenerationMatch")
            objects.check_precondition(entry.bucket, entry.object, wanted)
        except ObjectMissingError:
            raise _no_such_object(entry) from None
        except PreconditionFailedError:
            raise _condition_not_met() from None
        return found

    def _stat(self, request: Request, entry: LoggedRequest) -> Response:
        found = self._find(request, entry)
        if _number(request, "ifGenerationNotMatch") == found.generation:
            return Response(status_code=304)
        return JSONResponse(object_resource(found, self._state.base_url))

    def _media(self, request: Request, entry: LoggedRequest) -> Response:
        """The bytes, with the headers of an XML download; Range requests are answered."""
        stored = self._find(request, entry)
        response = FileResponse(stored.file, media_type=stored.headers.content_type)
        del response.headers["etag"]
        for name, value in completion_headers(stored):
            response.headers.append(name, value)
        return response

    def _delete(self, request: Request, entry: LoggedRequest) -> Response:
        """[storage-discovery] ``generation`` addresses one revision; 204 without a body."""
        try:
            self._state.objects.delete(
                entry.bucket,
                entry.object,
                _number(request, "generation"),
                _number(request, "ifGenerationMatch"),
            )
        except ObjectMissingError:
            raise _no_such_object(entry) from None
        except PreconditionFailedError:
            raise _condition_not_met() from None
        return Response(status_code=204)

    def _list(self, request: Request, entry: LoggedRequest) -> Response:
        """[storage-discovery] prefix, startOffset, endOffset, pageToken, maxResults."""
        query = request.query_params
        limit = min(_number(request, "maxResults") or MAX_RESULTS, MAX_RESULTS)
        start = max(query.get("startOffset", ""), _page_start(query.get("pageToken")))
        found, following = self._state.objects.page(
            entry.bucket,
            prefix=query.get("prefix", ""),
            start=start,
            end=query.get("endOffset"),
            limit=limit,
        )
        listed: dict[str, Any] = {"kind": "storage#objects"}
        if found:
            listed["items"] = [object_resource(each, self._state.base_url) for each in found]
        if following is not None:
            listed["nextPageToken"] = base64.urlsafe_b64encode(following.encode()).decode()
        return JSONResponse(listed)


_Answer = Callable[[Request, LoggedRequest], Response]


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise JsonError(400, f"Invalid value for: {name}")
    return int(text)


def _page_start(token: str | None) -> str:
    try:
        return base64.urlsafe_b64decode(token or "").decode()
    except (binascii.Error, ValueError):
        raise JsonError(400, "Invalid value for: pageToken") from None


def _no_such_object(entry: LoggedRequest) -> JsonError:
    return JsonError(404, f"No such object: {entry.bucket}/{entry.object}")


def _condition_not_met() -> JsonError:
    return JsonError(412, "At least one of the pre-conditions you specified did not hold.")
