"""People, contents and news, made from numbers: two processes that know the tag make the same."""

import base64
import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

BUCKET = "catalog-uploads"
PEOPLE = 64
SIZE_BYTES = 1_048_576
CONTENT_TYPE = "video/mp4"


def user(number: int) -> UUID:
    """One of a few people; uploads go round among them."""
    return UUID(hashlib.md5(f"user {number % PEOPLE}".encode()).hexdigest(), version=4)


@dataclass(frozen=True, slots=True)
class Item:
    """An upload of somebody, the `number`th of its tag."""

    tag: str
    number: int

    @property
    def user(self) -> UUID:
        """Whose it is."""
        return user(self.number)

    @property
    def upload_id(self) -> UUID:
        """Its id, where rows are made by us."""
        return UUID(hashlib.md5(f"upload {self.tag} {self.number}".encode()).hexdigest(), version=4)

    @property
    def md5_hex(self) -> str:
        """Its content."""
        return hashlib.md5(f"content {self.tag} {self.number}".encode()).hexdigest()

    @property
    def object_name(self) -> str:
        """Where the service expects it."""
        return f"videos/{self.user}/{self.md5_hex}"

    @property
    def generation(self) -> int:
        """Of its object, once stored."""
        return 1_700_000_000_000_000 + self.number

    @property
    def dedup_key(self) -> str:
        """What the inbox knows its arrival by."""
        return f"{BUCKET}/{self.object_name}#{self.generation}"

    def push_body(self) -> bytes:
        """The news of its object as Pub/Sub pushes it (pubsub-notifications)."""
        message = {
            "messageId": str(8_000_000_000_000_000 + self.number),
            "publishTime": "2026-01-01T00:00:00.000Z",
            "attributes": {
                "eventType": "OBJECT_FINALIZE",
                "payloadFormat": "JSON_API_V1",
                "bucketId": BUCKET,
                "objectId": self.object_name,
                "objectGeneration": str(self.generation),
                "notificationConfig": f"projects/_/buckets/{BUCKET}/notificationConfigs/1",
                "eventTime": "2026-01-01T00:00:00.000000Z",
            },
            "data": base64.b64encode(json.dumps(self._resource()).encode()).decode(),
        }
        said = {"message": message, "subscription": "projects/p/subscriptions/video-uploads-push"}
        return json.dumps(said).encode()

    def _resource(self) -> dict[str, str]:
        name = f"{BUCKET}/{self.object_name}"
        return {
            "kind": "storage#object",
            "id": f"{name}/{self.generation}",
            "selfLink": f"https://www.googleapis.com/storage/v1/b/{name}",
            "mediaLink": f"https://storage.googleapis.com/download/storage/v1/b/{name}?alt=media",
            "name": self.object_name,
            "bucket": BUCKET,
            "generation": str(self.generation),
            "metageneration": "1",
            "contentType": CONTENT_TYPE,
            "storageClass": "STANDARD",
            "size": str(SIZE_BYTES),
            "md5Hash": base64.b64encode(bytes.fromhex(self.md5_hex)).decode(),
            "crc32c": "yZRlqg==",
            "etag": "CJ+x",
            "timeCreated": "2026-01-01T00:00:00.000Z",
            "updated": "2026-01-01T00:00:00.000Z",
        }
