"""Signed URLs with which a client opens a resumable session."""

from collections.abc import Mapping
from dataclasses import dataclass
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
        form = _form(
            self._blobs.email, self._host, self._seconds, content_type, at.replace(microsecond=0)
        )
        return SignedStart(
            url=await self._sign(f"/{ref.bucket}/{ref.name}", form),
            method="POST",
            headers=form.sent,
            expires_at=form.expires_at,
        )

    async def _sign(self, name: str, form: "_Form") -> str:
        path = v4.canonical_path(name)
        request = v4.canonical_request("POST", path, form.query, form.headers)
        text = v4.string_to_sign(form.time, v4.credential_scope(form.time), request)
        signature = await self._blobs.sign(text.encode())
        return v4.signed_url(self._origin, path, form.query, signature)


@dataclass(frozen=True, slots=True)
class _Form:
    """Everything but the object's name and the signature."""

    time: str
    sent: Mapping[str, str]
    """What the client sends by hand."""
    headers: v4.CanonicalHeaders
    """That with Host, as it is signed."""
    query: str
    expires_at: datetime


@lru_cache(maxsize=64)
def _form(email: str, host: str, seconds: int, content_type: str, at: datetime) -> _Form:
    """Fill it in: the same for all starts of a second, so not once a call."""
    time = v4.request_time(at)
    sent = {
        "content-type": content_type,
        "x-goog-if-generation-match": "0",
        "x-goog-resumable": "start",
        "x-upload-content-type": content_type,
    }
    headers = v4.canonical_headers((("host", host), *sent.items()))
    return _Form(
        time=time,
        sent=MappingProxyType(sent),
        headers=headers,
        query=v4.canonical_query(v4.signing_parameters(email, time, seconds, headers)),
        expires_at=at.astimezone(UTC) + timedelta(seconds=seconds),
    )


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
