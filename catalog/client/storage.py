"""The HTTP half: opens sessions in Cloud Storage and speaks on them."""

import base64
import ssl
import time
from collections.abc import AsyncIterator, Callable
from functools import cache
from types import TracebackType
from typing import Self

import httpx

from catalog.client.answers import Persisted, Stored, progress_of, session_uri
from catalog.client.chunks import Chunk, status_query_range
from catalog.client.errors import StorageError, StorageUnavailableError
from catalog.client.messages import InitAnswer
from catalog.client.pace import Pace
from catalog.client.quiet import no_urls_in_logs
from catalog.client.read_ahead import ReadAhead
from catalog.client.settings import ClientSettings, Timeouts

# Traffic to this machine goes to this machine, whatever proxy the environment names.
_NO_PROXY_FOR = ("all://127.0.0.1", "all://localhost", "all://[::1]")


class Storage:
    """One HTTP connection pool; use as an async context manager.

    No error raised here, and no log line written on its way, carries a URL.
    """

    def __init__(self, settings: ClientSettings) -> None:
        self._settings = settings
        self._http = httpx.AsyncClient(
            verify=_trust(),
            timeout=_timeout(settings.timeouts),
            follow_redirects=False,
            mounts=dict.fromkeys(_NO_PROXY_FOR),
            headers={"user-agent": "catalog-client", "accept": "*/*"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def open_session(self, answer: InitAnswer) -> str:
        """The session URI, a secret; sends exactly the method and headers of the answer.

        Raises UrlExpiredError, SignatureRefusedError, ObjectExistsError, AccessRefusedError,
        StorageUnavailableError or another StorageError.
        """
        response = await self._send(
            answer.method, answer.url, {**answer.headers, "content-length": "0"}
        )
        return session_uri(response)

    async def status(self, uri: str, total: int) -> Persisted | Stored:
        """What the session holds; raises as `answers.progress_of` does."""
        headers = {"content-length": "0", "content-range": status_query_range(total)}
        return progress_of(await self._send("PUT", uri, headers))

    async def put(self, uri: str, chunk: Chunk, body: "ChunkBody") -> Persisted | Stored:
        """Send one chunk; raises as `status` does, and what reading the file raises."""
        headers = {"content-length": str(chunk.length), "content-range": chunk.content_range}
        if chunk.is_last:
            # Cloud Storage then refuses other bytes rather than keep them.
            headers["x-goog-hash"] = f"md5={body.md5_base64}"
        return progress_of(await self._send("PUT", uri, headers, body.blocks()))

    async def cancel(self, uri: str) -> None:
        """Give the session up; what Cloud Storage answers does not matter."""
        timeout = self._settings.timeouts.farewell
        await self._send("DELETE", uri, {"content-length": "0"}, timeout=timeout)

    async def _send(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: AsyncIterator[bytes] | None = None,
        timeout: float | None = None,
    ) -> httpx.Response:
        trouble: StorageError
        with no_urls_in_logs():
            try:
                request = self._http.build_request(method, url, headers=headers, content=body)
                if timeout is not None:
                    request.extensions["timeout"] = httpx.Timeout(timeout).as_dict()
                return await self._http.send(request)
            except httpx.TransportError as error:
                trouble = _unavailable(error)
            except (httpx.HTTPError, httpx.InvalidURL):
                trouble = StorageError("the service gave a URL that cannot be used")
        # Raised here, so that no httpx error, which knows the URL, hangs on as its context.
        raise trouble


class ChunkBody:
    """The bytes of one chunk, read as they are sent; `on_block` hears the size of each block."""

    def __init__(
        self,
        reader: ReadAhead,
        chunk: Chunk,
        md5_hex: str,
        pace: Pace,
        on_block: Callable[[int], None],
    ) -> None:
        self._reader = reader
        self._chunk = chunk
        self._pace = pace
        self._on_block = on_block
        self.md5_base64 = base64.b64encode(bytes.fromhex(md5_hex)).decode("ascii")

    async def blocks(self) -> AsyncIterator[bytes]:
        """All blocks in order, exactly the chunk's length together."""
        offset = self._chunk.start
        while offset < self._chunk.end:
            rest = self._chunk.end - offset
            block = await self._reader.block(offset, self._length_at(offset), rest)
            offset += len(block)
            while (ahead := self._reader.wanted_at(offset)) is not None:
                self._reader.prepare(ahead, self._length_at(ahead))
            handed_over = time.monotonic()
            yield block
            self._pace.took(time.monotonic() - handed_over)
            self._on_block(len(block))

    def _length_at(self, offset: int) -> int:
        """Up to the end of this chunk, or, from there on, of one as long as this."""
        rest = self._chunk.length - (offset - self._chunk.start) % self._chunk.length
        return min(self._pace.block_bytes, rest)


@cache
def _trust() -> ssl.SSLContext:
    """Whom to believe in: reading that from disk takes longer than a small file's upload."""
    return httpx.create_ssl_context()


def _timeout(timeouts: Timeouts) -> httpx.Timeout:
    return httpx.Timeout(
        connect=timeouts.connect,
        read=timeouts.read,
        write=timeouts.write,
        pool=timeouts.connect,
    )


def _unavailable(error: httpx.TransportError) -> StorageUnavailableError:
    if isinstance(error, httpx.TimeoutException):
        return StorageUnavailableError("Cloud Storage took too long to answer; try again")
    if isinstance(error, httpx.ConnectError):
        return StorageUnavailableError("Cloud Storage cannot be reached; check the network")
    return StorageUnavailableError("the connection to Cloud Storage broke; try again")
