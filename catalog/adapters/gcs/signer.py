"""Signed URLs with which a client opens a resumable session."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from catalog.adapters.gcs import v4
from catalog.adapters.gcs.blob_signer import BlobSigner
from catalog.application.records import SignedStart
from catalog.domain.values import ObjectRef

PUBLIC_ENDPOINT: Final = "https://storage.googleapis.com"
MAX_URL_LIFE = timedelta(hours=12)
"""A key that Google manages is only sure to verify for so long (creating-signatures)."""

_DEFAULT_PORTS = {"http": 80, "https": 443}


class SignedStarts:
    """Signs `POST {endpoint}/{bucket}/{object}` so that only a new object's session can start.

    The object's type comes from Content-Type (xml-api/reference-headers);
    x-upload-content-type is signed beside it. Generation 0 lets the session
    complete only while no live object has the name (request-preconditions).
    """

    def __init__(
        self, blobs: BlobSigner, *, url_life: timedelta, endpoint: str = PUBLIC_ENDPOINT
    ) -> None:
        """Raise ValueError for a lifetime over 12 h or an endpoint that is not an origin."""
        if not timedelta(seconds=1) <= url_life <= MAX_URL_LIFE:
            raise ValueError("a signed URL lives 1 second to 12 hours")
        self._blobs = blobs
        self._seconds = int(url_life.total_seconds())
        self._origin, self._host = _origin_and_host(endpoint)

    async def signed_resumable_init_url(
        self, ref: ObjectRef, content_type: str, at: datetime
    ) -> SignedStart:
        """Sign a start valid from `at`, whole seconds. Raises SignerUnavailableError."""
        at = at.astimezone(UTC).replace(microsecond=0)
        sent, headers = _headers(self._host, content_type)
        return SignedStart(
            url=await self._sign(f"/{ref.bucket}/{ref.name}", headers, v4.request_time(at)),
            method="POST",
            headers=sent,
            expires_at=at + timedelta(seconds=self._seconds),
        )

    async def _sign(self, name: str, headers: v4.CanonicalHeaders, time: str) -> str:
        path = v4.canonical_path(name)
        query = v4.canonical_query(
            v4.signing_parameters(self._blobs.email, time, self._seconds, headers)
        )
        request = v4.canonical_request("POST", path, query, headers)
        text = v4.string_to_sign(time, v4.credential_scope(time), request)
        return v4.signed_url(self._origin, path, query, await self._blobs.sign(text.encode()))


@lru_cache(maxsize=64)
def _headers(host: str, content_type: str) -> tuple[Mapping[str, str], v4.CanonicalHeaders]:
    """What the client sends by hand, and that with Host as it is signed: the same every time."""
    sent = {
        "content-type": content_type,
        "x-goog-if-generation-match": "0",
        "x-goog-resumable": "start",
        "x-upload-content-type": content_type,
    }
    return MappingProxyType(sent), v4.canonical_headers((("host", host), *sent.items()))


def _origin_and_host(endpoint: str) -> tuple[str, str]:
    """Split an endpoint into the origin of its URLs and the Host header clients will send.

    HTTP clients leave a scheme's default port out of Host and keep any other.
    """
    parts = urlsplit(endpoint)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        raise ValueError("a storage endpoint is http(s)://host[:port]")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("a storage endpoint has no path, query or fragment")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port not in (None, _DEFAULT_PORTS[parts.scheme]):
        host = f"{host}:{parts.port}"
    return f"{parts.scheme}://{host}", host
