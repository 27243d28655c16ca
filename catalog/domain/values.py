"""Typed values that the rest of the domain is made of."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import NewType, Self
from uuid import UUID

UserId = NewType("UserId", UUID)
UploadId = NewType("UploadId", UUID)
VideoId = NewType("VideoId", UUID)
Generation = NewType("Generation", int)
"""Generation of a stored object: 1 to 2^63 - 1, never reused for a name."""

MAX_GENERATION = 2**63 - 1
CHUNK_MULTIPLE_BYTES = 262_144
"""Every chunk but the last is a multiple of this (Cloud Storage, resumable-uploads)."""
RECOMMENDED_CHUNK_BYTES = 8 * 1024 * 1024

_CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX_MD5 = re.compile(r"[0-9a-f]{32}")


def canonical_uuid(text: str) -> UUID | None:
    """Parse the one accepted spelling: 36 characters, lower case, hyphens. None otherwise."""
    return UUID(text) if _CANONICAL_UUID.fullmatch(text) else None


def is_canonical_uuid(text: str) -> bool:
    """Tell whether `canonical_uuid` would parse it, which costs four times as much."""
    return _CANONICAL_UUID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Md5:
    """An MD5 digest, kept as 32 lower-case hexadecimal digits."""

    hex: str

    def __post_init__(self) -> None:
        if not _HEX_MD5.fullmatch(self.hex):
            raise ValueError("an MD5 is 32 lower-case hexadecimal digits")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read 32 hexadecimal digits in either case; None for anything else."""
        lowered = text.lower()
        return cls(lowered) if _HEX_MD5.fullmatch(lowered) else None

    @classmethod
    def from_base64(cls, text: str) -> Self | None:
        """Read Cloud Storage's notation, base64 of 16 bytes; None for anything else."""
        try:
            digest = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
        return cls(digest.hex()) if len(digest) == 16 else None


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """Where an object lives, whatever its generation."""

    bucket: str
    name: str

    @classmethod
    def for_upload(cls, bucket: str, user: UserId, md5: Md5) -> Self:
        """Name the one object that a user's content may become."""
        return cls(bucket, f"videos/{user}/{md5.hex}")

    @property
    def uri(self) -> str:
        """The gs:// form that videos refer to."""
        return f"gs://{self.bucket}/{self.name}"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One generation of an object as Cloud Storage describes it."""

    ref: ObjectRef
    generation: Generation
    size_bytes: int
    md5: Md5 | None
    """None for composite objects, which have only a CRC32C."""
    crc32c: str
    etag: str
    content_type: str

    @property
    def dedup_key(self) -> str:
        """The natural key of everything that is ever said about this generation."""
        return f"{self.ref.bucket}/{self.ref.name}#{self.generation}"
