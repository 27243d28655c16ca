"""Storage events as Pub/Sub pushes them, made by hand: the object need not be in any bucket."""

import base64
import itertools
import json
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from catalog.devstack.stack import AUDIENCE
from catalog.emulator.issuer import OidcIssuer
from catalog.emulator.objects import StoredObject
from tests.support.service import BUCKET

_generations = itertools.count(1_700_000_000_000_001)
_message_ids = itertools.count(8_000_000_000_000_001)


def a_generation() -> int:
    """Higher than every one before."""
    return next(_generations)


@dataclass(frozen=True, slots=True)
class Finalize:
    """The news of one generation of an object."""

    name: str
    md5_hex: str | None
    """None as of a composite object."""
    generation: int = field(default_factory=a_generation)
    size: int = 1000
    content_type: str = "video/mp4"

    @classmethod
    def of(cls, stored: StoredObject) -> "Finalize":
        """The news of an object that the emulator has now."""
        return cls(stored.name, stored.md5.hex(), stored.generation, stored.size)

    @property
    def dedup_key(self) -> str:
        return f"{BUCKET}/{self.name}#{self.generation}"

    def with_wrong_bytes(self) -> "Finalize":
        """Another generation, of other bytes than these."""
        return replace(self, md5_hex=uuid.uuid4().hex, generation=a_generation())

    def with_right_bytes_again(self) -> "Finalize":
        """Another generation of the same bytes."""
        return replace(self, generation=a_generation())

    def body(self, message_id: str | None = None) -> bytes:
        """A push of it, under a message id of its own unless one is given."""
        message = {
            "messageId": message_id or str(next(_message_ids)),
            "attributes": {
                "eventType": "OBJECT_FINALIZE",
                "payloadFormat": "JSON_API_V1",
                "bucketId": BUCKET,
                "objectId": self.name,
                "objectGeneration": str(self.generation),
            },
            "data": base64.b64encode(json.dumps(self._resource()).encode()).decode(),
        }
        return json.dumps(
            {"message": message, "subscription": "projects/p/subscriptions/s"}
        ).encode()

    def _resource(self) -> dict[str, Any]:
        resource = {
            "bucket": BUCKET,
            "name": self.name,
            "generation": str(self.generation),
            "size": str(self.size),
            "contentType": self.content_type,
            "crc32c": "yZRlqg==",
            "etag": "CJ+x",
        }
        if self.md5_hex is not None:
            resource["md5Hash"] = base64.b64encode(bytes.fromhex(self.md5_hex)).decode()
        return resource


@dataclass(frozen=True, slots=True)
class PushSide:
    """Where pushes come from."""

    http: httpx.AsyncClient
    url: str
    issuer: OidcIssuer

    async def push(self, news: Finalize, message_id: str | None = None) -> int:
        """Push once; return the status answered."""
        return (await self.send(news.body(message_id))).status_code

    async def send(self, body: bytes, token: str | None = None) -> httpx.Response:
        """Push any body, with the subscription's own token unless one is given."""
        bearer = self.issuer.push_token(AUDIENCE) if token is None else token
        headers = {"authorization": f"Bearer {bearer}", "content-type": "application/json"}
        return await self.http.post(self.url, content=body, headers=headers)
