"""What vacuum leaves undone: batches of upkeep behind rows that are dead but still there."""

import json
from collections.abc import Mapping

import asyncpg

from bench.grown.plan_cases import CASES, queries, values_of
from bench.growth.due import STATEMENTS
from catalog.adapters.postgres.queries import Query

DEAD = (0, 5_000, 20_000, 100_000)
KINDS = ("reaper", "inbox", "history", "outbox")
_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) "
_SESSIONS = """
INSERT INTO catalog.uploads (
    user_id, bucket, object_name, original_filename, content_type, content_md5,
    session_expires_at
)
SELECT gen_random_uuid(), 'b', md5(($1 + i)::text), 'f', 'video/mp4',
    md5(($1 + i)::text), now() - interval '1 day'
FROM generate_series(1, $2) AS i
"""
_ENDED = """
UPDATE catalog.uploads SET status = 'failed', error_code = 'SESSION_EXPIRED'
WHERE status = 'pending' AND session_expires_at < now()
"""
_GONE = {
    "inbox": "DELETE FROM catalog.inbox_events WHERE received_at < now() - interval '31 days'",
    "history": "DELETE FROM catalog.upload_events WHERE id < 1000000",
    "outbox": "DELETE FROM catalog.outbox_events WHERE id < 1000000",
    "reaper": _ENDED,
}
_ASKED = {
    "reaper": "claim_expired_sessions",
    "inbox": "prune_inbox",
    "history": "prune_history",
    "outbox": "prune",
}


async def pages_behind(
    connection: "asyncpg.Connection[asyncpg.Record]", kind: str
) -> Mapping[int, int]:
    """Count the pages of one batch with so many dead rows in front, at the second look."""
    query, found, made = queries()[_ASKED[kind]], dict[int, int](), 0
    for dead in DEAD:
        if dead > made:
            await connection.execute(STATEMENTS.get(kind, _SESSIONS), made, dead - made)
            await connection.execute(_GONE[kind], timeout=600)
            made = dead
        await _pages(connection, query)
        found[dead] = await _pages(connection, query)
    return found


async def _pages(connection: "asyncpg.Connection[asyncpg.Record]", query: Query) -> int:
    values = {**values_of(query, 10_000), **CASES[query.name].values, "behind": 0}
    asked = {name: values[name] for name in query.parameters}
    transaction = connection.transaction()
    await transaction.start()
    told = await connection.fetchval(_EXPLAIN + query.text, *query.arguments(asked))
    await transaction.rollback()
    plan = json.loads(told)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
