"""A thousand things that are due, made anew for each measurement."""

from datetime import timedelta

from bench.grown.model import fresh
from bench.grown.sites import Site
from bench.growth.calls import make_waiting

DUE = 1_000
_OLD_ARRIVALS = """
INSERT INTO catalog.inbox_events (
    source, dedup_key, first_msg_id, payload, actor, received_at, processed_at, outcome
)
SELECT
    'gcs', 'catalog-uploads/videos/' || md5(($1 + i)::text) || '#1', i::text,
    decode(repeat('ab', 600), 'hex'), 'push', at, at, 'completed'
FROM generate_series(1, $2) AS i, (SELECT now() - interval '40 days' AS at) AS past
"""
# Numbers grow with time: what is old has low ones, which the loading left free.
_OLD_HISTORY = """
INSERT INTO catalog.upload_events (id, upload_id, at, actor, request, decision)
OVERRIDING SYSTEM VALUE
SELECT $1 + i, gen_random_uuid(), now() - interval '500 days', 'user', 'init', 'insert'
FROM generate_series(1, $2) AS i
"""
_OLD_EVENTS = """
INSERT INTO catalog.outbox_events (
    id, aggregate_type, aggregate_id, event_type, payload, occurred_at, published_at
)
OVERRIDING SYSTEM VALUE
SELECT
    $1 + i, 'upload', gen_random_uuid(), 'video.upload.completed',
    decode(repeat('ab', 300), 'hex'), at, at
FROM generate_series(1, $2) AS i, (SELECT now() - interval '40 days' AS at) AS past
"""
# Longer than what the loading left free of a page: shorter ones would each lie on a page of
# its own in the large table, and a dozen on one in the small table, which has fewer such pages.
_OLD_FAILURES = """
INSERT INTO catalog.uploads (
    user_id, bucket, object_name, original_filename, content_type, content_md5, status,
    error_code, error_message, created_at, updated_at, session_expires_at
)
SELECT
    gen_random_uuid(), 'catalog-uploads', 'videos/old/' || md5(($1 + i)::text), 'old.mp4',
    'video/mp4', md5(($1 + i)::text), 'failed',
    'SESSION_EXPIRED', repeat('m', 400), at, at, at
FROM generate_series(1, $2) AS i, (SELECT now() - interval '100 days' AS at) AS past
"""
_OLD_TOMBSTONES = """
INSERT INTO catalog.object_deletions (
    bucket, object_name, generation, reason, created_at, not_before, deleted_at
)
SELECT
    'catalog-uploads', 'videos/gone/' || md5(($1 + i)::text), $1 + i, 'EXPIRED', at, at, at
FROM generate_series(1, $2) AS i, (SELECT now() - interval '100 days' AS at) AS past
"""
_DELETIONS = """
INSERT INTO catalog.object_deletions (bucket, object_name, generation, reason)
SELECT 'catalog-uploads', 'videos/late/' || md5(($1 + i)::text), $1 + i, 'EXPIRED'
FROM generate_series(1, $2) AS i
"""
STATEMENTS = {
    "inbox": _OLD_ARRIVALS,
    "history": _OLD_HISTORY,
    "outbox": _OLD_EVENTS,
    "failed_uploads": _OLD_FAILURES,
    "tombstones": _OLD_TOMBSTONES,
    "deletions": _DELETIONS,
}


async def make_due(site: Site, what: str, turn: int) -> None:
    """Make a thousand, each with a number of its own over all turns."""
    if what == "sessions":
        items = fresh(f"due-{turn}", site.rows, DUE)
        await make_waiting(site, items, timedelta(days=-1))
    else:
        await site.database.execute(STATEMENTS[what], turn * DUE, DUE)
