"""POST Object with x-goog-resumable: the signed request that opens a session."""

from starlette.requests import Request
from starlette.responses import Response

from catalog.emulator.answers import XmlError
from catalog.emulator.objects import ObjectHeaders
from catalog.emulator.state import EmulatorState
from catalog.emulator.v4 import SignedRequest, V4Error, verify

# [storage-quotas] object name limit, in bytes of UTF-8.
MAX_NAME_BYTES = 1024


def start(state: EmulatorState, request: Request, bucket: str, name: str) -> Response:
    """Verify the signature and answer 201 with the session URI.

    [py-signing-systest] 201 with an empty body; [twitter-resumable] Location is the signed URL
    unchanged, then ``&upload_id=``. Nothing of the object is looked at: [testbench-upload]
    preconditions are given here and applied when the upload completes.
    """
    try:
        verify(signed_request(request), now=state.clock.now(), public_keys=state.public_key)
    except V4Error as error:
        raise XmlError.of(error) from None
    _check_form(request)
    _check_target(state, bucket, name)
    precondition = _precondition(request.headers.get("x-goog-if-generation-match"))
    session = state.sessions.open(bucket, name, object_headers(request), precondition)
    location = f"{own_url(request)}&upload_id={session.upload_id}"
    return Response(
        status_code=201,
        headers={"Location": location, "X-GUploader-UploadID": session.upload_id},
    )


def signed_request(request: Request) -> SignedRequest:
    """The request as it came over the wire, for the verifier."""
    scope = request.scope
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]]
    raw_query = scope["query_string"].decode("latin-1")
    return SignedRequest(request.method, scope["raw_path"].decode("latin-1"), raw_query, headers)


def own_url(request: Request) -> str:
    """The URL that the client used, byte for byte."""
    sent = signed_request(request)
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host}{sent.raw_path}?{sent.raw_query}"


def object_headers(request: Request) -> ObjectHeaders:
    """Metadata of the object to be.

    [post-object-resumable] Content-Type becomes the object's type and absent means
    ``application/octet-stream``; [xml-reference-headers] x-upload-content-type is no header of
    this API, so it is ignored.
    """
    sent = request.headers
    return ObjectHeaders(
        content_type=sent.get("content-type") or "application/octet-stream",
        cache_control=sent.get("cache-control"),
        content_disposition=sent.get("content-disposition"),
        content_encoding=sent.get("content-encoding"),
        content_language=sent.get("content-language"),
        custom_time=sent.get("x-goog-custom-time"),
        metadata={
            name.removeprefix("x-goog-meta-"): value
            for name, value in sent.items()
            if name.startswith("x-goog-meta-")
        },
    )


def _check_form(request: Request) -> None:
    """[signed-urls] POST is for opening resumable uploads only; [post-object-resumable] the body
    must be empty and Content-Length says so.
    """
    if request.headers.get("x-goog-resumable") != "start":
        raise _invalid("x-goog-resumable: start is required")
    length = request.headers.get("content-length")
    if length is None:
        raise XmlError(411, "MissingContentLength", "You must provide the Content-Length header.")
    if length != "0":
        raise _invalid("the body of a request that opens an upload must be empty")


def _check_target(state: EmulatorState, bucket: str, name: str) -> None:
    if not state.objects.has_bucket(bucket):
        raise XmlError(404, "NoSuchBucket", "The specified bucket does not exist.")
    if not name or len(name.encode()) > MAX_NAME_BYTES or "\n" in name or "\r" in name:
        raise _invalid("the object name is not valid")


def _precondition(header: str | None) -> int | None:
    """[post-object-resumable] x-goog-if-generation-match is a header of this method."""
    if header is None:
        return None
    if not (header.isascii() and header.isdigit() and len(header) <= 19):
        raise _invalid("x-goog-if-generation-match must be a generation")
    return int(header)


def _invalid(details: str) -> XmlError:
    return XmlError(400, "InvalidArgument", "Invalid argument.", Details=details)
