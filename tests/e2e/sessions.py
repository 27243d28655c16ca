"""Resumable sessions as a phone speaks them, one request at a time."""

from dataclasses import dataclass

import httpx

from catalog.api.video.v1.upload_pb2 import InitResumableUploadResponse


@dataclass(frozen=True, slots=True)
class Session:
    http: httpx.AsyncClient
    uri: str

    async def put(self, content: bytes) -> int:
        """Send the whole file at once; return the status."""
        return (await self.http.put(self.uri, content=content)).status_code

    async def status(self, total: int) -> int:
        """Ask how far the session is."""
        headers = {"content-range": f"bytes */{total}", "content-length": "0"}
        return (await self.http.put(self.uri, headers=headers)).status_code


async def open_session(http: httpx.AsyncClient, answer: InitResumableUploadResponse) -> Session:
    """Send exactly what the answer says."""
    started = await http.request(
        answer.resumable_init_method,
        answer.resumable_init_url,
        headers=dict(answer.resumable_init_headers),
    )
    assert started.status_code == 201, started.text
    return Session(http, started.headers["location"])
