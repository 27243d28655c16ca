"""Upkeep over real PostgreSQL and the emulated bucket, with the phones' side of both."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
import pytest

from catalog.adapters.gcs.object_store import BucketObjects
from catalog.adapters.postgres.store import PostgresStore
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import Generation, Md5, ObjectRef, StoredObject
from catalog.emulator import Emulator
from catalog.emulator.faults import ClockJump
from catalog.emulator.objects import (
    ObjectHeaders,
    ObjectMissingError,
    PreconditionFailedError,
)
from catalog.emulator.part_file import PartFile, b64
from tests.support.builders import BUCKET, a_user, an_md5
from tests.support.sql_ledger import SqlLedger
from tests.support.upkeep import SESSION_LIFE, Upkeep

OVER = timedelta(minutes=20)
OLD = SESSION_LIFE + timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Site:
    upkeep: Upkeep
    emulator: Emulator
    pool: "asyncpg.Pool[asyncpg.Record]"
    ledger: SqlLedger
    contents: dict[Md5, bytes] = field(default_factory=dict)
    """What the phones hold."""

    async def upload(self) -> Upload:
        """Call Init for a file nobody had before."""
        content = secrets.token_bytes(16)
        md5 = an_md5(content)
        self.contents[md5] = content
        return await self.upkeep.init(md5=md5)

    def put(self, upload: Upload, *, wrong: bool = False, notify: bool = False) -> Generation:
        """Store the upload's bytes, or others, whatever was there."""
        content = secrets.token_bytes(16) if wrong else self.contents[upload.md5]
        stored = self.emulator.store(upload.ref.name, content, notify=notify)
        return Generation(stored.generation)

    def put_if_absent(self, upload: Upload) -> bool:
        """Store the bytes as a phone does, with generation-match 0; False for 412."""
        part = PartFile(self.emulator.settings.data_dir / f"{secrets.token_hex(8)}.part")
        part.append(self.contents[upload.md5])
        headers = ObjectHeaders(upload.content_type)
        try:
            self.emulator.objects.finalize(BUCKET, upload.ref.name, part, headers, 0)
        except PreconditionFailedError:
            part.path.unlink()
            return False
        return True

    def put_orphan(self) -> tuple[ObjectRef, Md5]:
        """Store right bytes of a user that no row knows of."""
        content = secrets.token_bytes(16)
        md5 = an_md5(content)
        self.contents[md5] = content
        ref = ObjectRef.for_upload(BUCKET, a_user(), md5)
        self.emulator.store(ref.name, content)
        return ref, md5

    def live(self, ref: ObjectRef) -> Generation | None:
        """Generation of what is there."""
        return Generation(self.emulator.objects.live_generation(ref.bucket, ref.name)) or None

    def told_of(self, ref: ObjectRef) -> StoredObject | None:
        """What a notification would say of what is there."""
        try:
            found = self.emulator.objects.get(ref.bucket, ref.name)
        except ObjectMissingError:
            return None
        return StoredObject(
            ref=ref,
            generation=Generation(found.generation),
            size_bytes=found.size,
            md5=Md5(found.md5.hex()),
            crc32c=b64(found.crc32c),
            etag=found.json_etag,
            content_type=found.headers.content_type,
        )

    @contextmanager
    def long_ago(self) -> Iterator[None]:
        """Store objects in the past."""
        self.emulator.faults.set(ClockJump(seconds=-OLD.total_seconds()))
        yield
        self.emulator.faults.clear(ClockJump)

    async def end_sessions(self, *uploads: Upload) -> None:
        """Let deadline and margin pass, for these or for all."""
        await self.pool.execute(
            "UPDATE catalog.uploads SET session_expires_at = now() - $1::interval"
            " WHERE cardinality($2::uuid[]) = 0 OR upload_id = ANY($2)",
            OVER,
            [each.upload_id for each in uploads],
        )

    async def now(self, upload: Upload) -> Upload:
        return await self.ledger.upload(upload.upload_id)

    async def events_of(self, upload: Upload) -> list[str]:
        outbox = await self.ledger.outbox()
        return [each.event_type for each in outbox if each.aggregate_id == upload.upload_id]

    async def without_object(self) -> list[Upload]:
        """Completed uploads whose generation is not there: there must be none, ever."""
        return [
            each
            for each in await self.ledger.uploads()
            if each.status is UploadStatus.COMPLETED and self.live(each.ref) != each.generation
        ]

    async def work_off_deletions(self) -> int:
        """Run the queue until nothing is due; return how many it deleted."""
        total = 0
        while (deleted := await self.upkeep.delete()).claimed:
            total += deleted.tally["deleted"]
        return total


@pytest.fixture
async def site(
    store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]", emulator: Emulator
) -> AsyncIterator[Site]:
    """An empty database, an empty bucket."""
    # A busy machine makes no request a second one: tests count them.
    patience = 20.0
    objects = BucketObjects(
        project_id="x",
        endpoint=emulator.url,
        deadline_seconds=patience,
        request_timeout_seconds=patience,
    )
    yield Site(Upkeep(store, objects), emulator, pool, SqlLedger(pool))
    await objects.aclose()
