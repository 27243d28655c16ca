"""Putting events into the outbox, and relays onto it."""

import uuid

from catalog.adapters.postgres.relay_sessions import PostgresRelaySessions, RelaySessionSettings
from catalog.application.records import NewVideo, OutboxRecord
from catalog.application.store import Store
from catalog.domain.values import VideoId
from tests.support.builders import a_user


async def announce(store: Store, *records: OutboxRecord) -> None:
    """Write each in a transaction of its own, one after the other."""
    for record in records:
        video = NewVideo(VideoId(uuid.uuid4()), a_user(), "Holiday", "")
        async with store.autocommit() as statements:
            assert await statements.videos.create(video, record.occurred_at, record)


def relay_sessions(dsn: str, session_timeout: float = 3.0) -> PostgresRelaySessions:
    """Sessions as the service opens them."""
    return PostgresRelaySessions(
        RelaySessionSettings(
            url=dsn,
            session_timeout=session_timeout,
            connect_timeout=10,
            command_timeout=10,
            statement_timeout=9,
        )
    )
