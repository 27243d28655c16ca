"""Opening sessions and sending chunks to a running emulator, without any client library."""

import itertools
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from catalog.emulator import Emulator
from tests.unit.emulator.google_storage import signing
from tests.unit.emulator.signed_urls import KeyCredentials

KIB_256 = 262_144
_numbers = itertools.count()


def a_name(prefix: str = "videos/u/") -> str:
    """An object name that no other test uses."""
    return f"{prefix}{next(_numbers):032x}"


def some_bytes(size: int) -> bytes:
    """Bytes without a short period, so that a misplaced chunk shows in the hash."""
    return bytes(itertools.islice(itertools.cycle(range(251)), size))


class _SignerOf(KeyCredentials):
    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator.state.signer)
        self._email = emulator.settings.signer_email

    @property
    def signer_email(self) -> str:
        return self._email


def signed_url(
    emulator: Emulator, name: str, headers: dict[str, str], *, bucket: str | None = None
) -> str:
    """A URL that opens a session, good for 900 seconds, signed by google-cloud-storage."""
    resource = f"/{bucket or emulator.settings.buckets[0]}/{quote(name, safe='/~')}"
    url: str = signing.generate_signed_url_v4(
        _SignerOf(emulator),
        resource,
        expiration=900,
        api_access_endpoint=emulator.url,
        method="RESUMABLE",
        headers=dict(headers),
        _request_timestamp=emulator.clock.now().strftime("%Y%m%dT%H%M%SZ"),
    )
    return url


@dataclass(frozen=True, slots=True)
class Upload:
    """One open session."""

    http: httpx.AsyncClient
    uri: str
    name: str
    started: httpx.Response

    async def chunk(
        self, body: bytes, first: int, total: int | str, **headers: str
    ) -> httpx.Response:
        """Send a chunk with its Content-Range."""
        content_range = f"bytes {first}-{first + len(body) - 1}/{total}"
        return await self.put(body, content_range, **headers)

    async def put(
        self, body: bytes = b"", content_range: str | None = None, **headers: str
    ) -> httpx.Response:
        """Send anything; underscores in header names become dashes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content_range is not None:
            sent["content-range"] = content_range
        return await self.http.put(self.uri, content=body, headers=sent)

    async def status(self, total: int | str = "*") -> httpx.Response:
        """Ask how much is persisted."""
        return await self.put(b"", f"bytes */{total}")

    async def cancel(self) -> httpx.Response:
        """Give the upload up."""
        return await self.http.delete(self.uri)


async def open_upload(
    emulator: Emulator, http: httpx.AsyncClient, name: str | None = None, **headers: str
) -> Upload:
    """A session for a new name, opened with exactly the headers that were signed."""
    name = name or a_name()
    extra = {key.replace("_", "-"): value for key, value in headers.items()}
    sent = {"content-type": "video/mp4", "x-goog-resumable": "start", **extra}
    started = await http.post(signed_url(emulator, name, sent), headers=sent)
    assert started.status_code == 201, started.text
    return Upload(http, started.headers["location"], name, started)
