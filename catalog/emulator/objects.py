"""Objects of the buckets: metadata in memory, bytes on disk, the live generation only."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from catalog.emulator.clock import Clock
from catalog.emulator.fault_switches import FaultSwitches
from catalog.emulator.faults import Composite, Generation, WrongMd5
from catalog.emulator.part_file import PartFile, b64

_NO_METADATA: Mapping[str, str] = MappingProxyType({})


class PreconditionFailedError(Exception):
    """The live generation is not the one the request insisted on."""


class ObjectMissingError(Exception):
    """No live object of that name, or not of that generation."""


@dataclass(frozen=True, slots=True)
class ObjectHeaders:
    """Metadata given when the upload was opened, applied when it completes [resumable-uploads]."""

    content_type: str = "application/octet-stream"
    cache_control: str | None = None
    content_disposition: str | None = None
    content_encoding: str | None = None
    content_language: str | None = None
    custom_time: str | None = None
    metadata: Mapping[str, str] = field(default_factory=lambda: _NO_METADATA)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One generation of one object; ``reported_md5`` is what stat and notification say."""

    bucket: str
    name: str
    generation: int
    size: int
    md5: bytes
    crc32c: bytes
    headers: ObjectHeaders
    created_at: datetime
    file: Path = field(repr=False)
    reported_md5: str | None = None
    component_count: int | None = None
    overwrote: int | None = None
    metageneration: int = 1

    @property
    def xml_etag(self) -> str:
        """Quoted hex MD5 of a plain object, as seen on the XML API; composites have another."""
        if self.component_count is not None:
            return f'"{self.json_etag}"'
        return f'"{self.md5.hex()}"'

    @property
    def json_etag(self) -> str:
        """Opaque, changes with generation and metageneration."""
        encoded = b"\x08" + _varint(self.generation) + b"\x10" + _varint(self.metageneration)
        return base64.b64encode(encoded).decode()


class ObjectStore:
    """Strongly consistent [consistency]; bytes live in files named by nothing a client chose."""

    def __init__(
        self, folder: Path, buckets: tuple[str, ...], clock: Clock, faults: FaultSwitches
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._faults = faults
        self._live: dict[str, dict[str, StoredObject]] = {bucket: {} for bucket in buckets}
        self._last_generation = 0
        folder.mkdir(parents=True, exist_ok=True)

    def __iter__(self) -> Iterator[StoredObject]:
        for live in self._live.values():
            yield from live.values()

    def has_bucket(self, bucket: str) -> bool:
        """True for the buckets of the settings; there is no way to make more."""
        return bucket in self._live

    def get(self, bucket: str, name: str, generation: int | None = None) -> StoredObject:
        """The live object. Raises ObjectMissingError, also for a generation that is not live."""
        found = self._live.get(bucket, {}).get(name)
        if found is None or generation not in {None, found.generation}:
            raise ObjectMissingError
        return found

    def live_generation(self, bucket: str, name: str) -> int:
        """Generation of the live object, 0 when there is none [request-preconditions]."""
        found = self._live.get(bucket, {}).get(name)
        return 0 if found is None else found.generation

    def check_precondition(self, bucket: str, name: str, if_generation: int | None) -> None:
        """Raise PreconditionFailedError unless the live generation is the wanted one.

        [request-preconditions] 412 when it differs; 0 means "no live object".
        """
        if if_generation is not None and self.live_generation(bucket, name) != if_generation:
            raise PreconditionFailedError

    def finalize(
        self,
        bucket: str,
        name: str,
        part: PartFile,
        headers: ObjectHeaders,
        if_generation: int | None = None,
    ) -> StoredObject:
        """Turn written bytes into the live object, replacing one that is there.

        [resumable-uploads] only completed uploads appear in the bucket and ``timeCreated`` is
        the completion time. Raises PreconditionFailedError.
        """
        self.check_precondition(bucket, name, if_generation)
        composite = self._faults.take(Composite, name)
        wrong = self._faults.take(WrongMd5, name)
        generation = self._next_generation(name)
        file = part.path.replace(self._folder / f"{generation}-{part.path.stem}.bin")
        md5 = wrong.md5_base64 if wrong else b64(part.md5)
        stored = StoredObject(
            bucket=bucket,
            name=name,
            generation=generation,
            size=part.size,
            md5=part.md5,
            crc32c=part.crc32c,
            headers=headers,
            created_at=self._clock.now(),
            file=file,
            reported_md5=None if composite else md5,
            component_count=composite.components if composite else None,
            overwrote=self.live_generation(bucket, name) or None,
        )
        self._replace(stored)
        return stored

    def delete(
        self, bucket: str, name: str, generation: int | None, if_generation: int | None
    ) -> None:
        """Remove the live object and its bytes.

        [storage-discovery] ``generation`` addresses one revision, ``ifGenerationMatch`` is a
        precondition. Raises ObjectMissingError and PreconditionFailedError.
        """
        found = self.get(bucket, name, generation)
        self.check_precondition(bucket, name, if_generation)
        del self._live[bucket][name]
        found.file.unlink(missing_ok=True)

    def page(
        self, bucket: str, *, prefix: str, start: str, end: str | None, limit: int
    ) -> tuple[list[StoredObject], str | None]:
        """Up to ``limit`` objects in name order and the first name of the next page, if any.

        [storage-discovery] startOffset is inclusive, endOffset exclusive.
        """
        names = sorted(
            name
            for name in self._live[bucket]
            if name.startswith(prefix) and name >= start and (not end or name < end)
        )
        following = names[limit] if len(names) > limit else None
        return [self._live[bucket][name] for name in names[:limit]], following

    def _replace(self, stored: StoredObject) -> None:
        replaced = self._live[stored.bucket].get(stored.name)
        self._live[stored.bucket][stored.name] = stored
        if replaced is not None:
            replaced.file.unlink(missing_ok=True)

    def _next_generation(self, name: str) -> int:
        """Strictly increasing microseconds, unless a fault dictates the number."""
        dictated = self._faults.take(Generation, name)
        if dictated is not None:
            return dictated.value
        now = int(self._clock.now().timestamp() * 1_000_000)
        self._last_generation = max(self._last_generation + 1, now)
        return self._last_generation


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
