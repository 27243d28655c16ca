"""The inbox in PostgreSQL: claim, then carry out in the same transaction."""

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.rows import (
    applied_from,
    claimed_video_from,
    history_values,
    outbox_values,
    upload_from,
)
from catalog.adapters.postgres.statements import Connection
from catalog.application.records import (
    Applied,
    Arrival,
    Claim,
    Completion,
    HistoryEntry,
    Quarantined,
    Rejection,
)
from catalog.domain.upload import Upload
from catalog.domain.values import StoredObject

_SQL = load("inbox.sql")


class PostgresInbox:
    """One method a query of sql/inbox.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(self, arrival: Arrival) -> Claim:
        """Claim the arrival by its natural key, then lock the upload it belongs to."""
        stored = arrival.stored
        row = await self._connection.one(
            _SQL["claim"],
            dedup_key=stored.dedup_key,
            message_id=arrival.message_id,
            payload=arrival.payload,
            actor=arrival.actor,
            bucket=stored.ref.bucket,
            object_name=stored.ref.name,
            generation=stored.generation,
        )
        return Claim(
            won=row["won"] > 0,
            at=row["at"],
            upload=upload_from(row) if row["upload_id"] else None,
            tombstoned=row["tombstoned"],
            video=claimed_video_from(row),
        )

    async def mark_completed(self, completion: Completion) -> Applied:
        """Complete upload and video, write history and events, settle the inbox."""
        after, stored, video = completion.after, completion.stored, completion.video
        row = await self._connection.one(
            _SQL["mark_completed"],
            upload_id=completion.before.upload_id,
            version=completion.before.version,
            video_id=video.video_id,
            video_created=completion.video_created,
            video_version_before=video.version - 1,
            title=video.title,
            description=video.description,
            raw_file_reference=video.raw_file_reference,
            content_type=after.content_type,
            size_bytes=after.size_bytes,
            generation=stored.generation,
            generation_text=str(stored.generation),
            etag=after.etag,
            md5_hash=after.md5_hash.hex if after.md5_hash else None,
            crc32c=after.crc32c,
            at=after.completed_at,
            dedup_key=stored.dedup_key,
            outcome=completion.history.detail["outcome"],
            **history_values(completion.history),
            **outbox_values(completion.outbox),
        )
        return applied_from(row)

    async def mark_failed(self, rejection: Rejection) -> Applied:
        """Fail a waiting upload, bury the object, write history and event, settle the inbox."""
        row = await self._connection.one(
            _SQL["mark_failed"],
            message=rejection.code.explanation,
            **_rejected(rejection),
            **outbox_values(rejection.outbox),
        )
        return applied_from(row)

    async def mark_rejected(self, rejection: Rejection) -> Applied:
        """Bury an object of an upload that has failed already; settle the inbox."""
        row = await self._connection.one(_SQL["mark_rejected"], **_rejected(rejection))
        return applied_from(row)

    async def settle(self, stored: StoredObject, upload: Upload, history: HistoryEntry) -> Applied:
        """Record that the arrival changes nothing."""
        row = await self._connection.one(
            _SQL["settle"],
            upload_id=upload.upload_id,
            dedup_key=stored.dedup_key,
            outcome=history.detail["outcome"],
            **history_values(history),
        )
        return applied_from(row)

    async def mark_unknown(self, stored: StoredObject) -> None:
        """Record that nobody expects the object."""
        await self._connection.run(_SQL["mark_unknown"], dedup_key=stored.dedup_key)

    async def quarantine(self, push: Quarantined) -> bool:
        """Keep an unusable push; False when it was there already."""
        row = await self._connection.row(
            _SQL["quarantine"],
            dedup_key=push.dedup_key,
            message_id=push.message_id,
            payload=push.payload,
            reason=push.reason,
        )
        return row is not None


def _rejected(rejection: Rejection) -> dict[str, object]:
    return {
        "upload_id": rejection.before.upload_id,
        "version": rejection.before.version,
        "generation": rejection.stored.generation,
        "code": rejection.code.value,
        "dedup_key": rejection.stored.dedup_key,
        "outcome": rejection.history.detail["outcome"],
        **history_values(rejection.history),
    }
