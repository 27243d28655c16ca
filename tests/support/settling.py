"""When everything that was begun has come to its end."""

import asyncio

import asyncpg

from tests.support.shuffled_news import ShuffledNews

_OPEN = """
SELECT EXISTS (SELECT FROM catalog.uploads WHERE status IN ('pending', 'uploading'))
    OR EXISTS (SELECT FROM catalog.outbox_events WHERE published_at IS NULL)
"""


async def settled(
    connection: "asyncpg.Connection[asyncpg.Record]", news: ShuffledNews, seconds: float
) -> None:
    """Wait until pushes are answered, uploads ended, events published. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while news.unanswered or await connection.fetchval(_OPEN):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
