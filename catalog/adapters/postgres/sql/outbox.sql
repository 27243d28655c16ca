-- standing --
-- Shards are advisory locks (key, 0..63) of sessions, presence is a shared one on
-- (key, 64): both end with the session, however it ends. Drawing a transaction id gives a
-- bound above all writers that have begun, which no snapshot's xmax is.
SELECT
    pg_backend_pid() AS pid,
    count(*) FILTER (WHERE l.objid = 64)::int AS relays,
    coalesce(array_agg(l.objid::int) FILTER (WHERE l.objid < 64), '{}') AS taken,
    coalesce(
        array_agg(l.objid::int) FILTER (WHERE l.objid < 64 AND l.pid = pg_backend_pid()), '{}'
    ) AS held,
    -- Of a sequence that was never asked, last_value is the number that comes first.
    (SELECT s.last_value - (NOT s.is_called)::int FROM catalog.outbox_events_id_seq AS s)
        AS highest_id,
    ARRAY(
        SELECT x.id::text::bigint FROM pg_snapshot_xip(pg_current_snapshot()) AS x (id)
    ) AS running,
    pg_current_xact_id()::text::bigint AS transaction
FROM pg_locks AS l
WHERE l.locktype = 'advisory' AND l.classid = :key::bigint::oid AND l.objsubid = 2 AND l.granted
    AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())

-- take_shards --
SELECT wanted.shard
FROM unnest(:shards::int[]) AS wanted (shard)
WHERE pg_try_advisory_lock(:key::int, wanted.shard)

-- give_back_shards --
SELECT held.shard
FROM unnest(:shards::int[]) AS held (shard)
WHERE pg_advisory_unlock(:key::int, held.shard)

-- choose --
-- By flag, never by a cursor: an id that is lower than others may be committed after them.
-- An earlier unpublished event that may not go, or that this look cannot see because it is
-- at or below the mark, holds back the later ones of its aggregate here and now; looked at
-- afterwards it could have changed. OFFSET 0 keeps that a probe of an index for each row,
-- whatever the planner believes of the table.
SELECT found.*
FROM unnest(:shards::smallint[], :marks::bigint[]) AS look (shard, mark)
CROSS JOIN LATERAL (
    SELECT
        o.id, o.shard, o.attempts, o.event_id, o.aggregate_type, o.aggregate_id, o.event_type,
        o.payload, o.headers, o.occurred_at
    FROM catalog.outbox_events AS o
    WHERE o.shard = look.shard
        AND o.id > look.mark
        AND o.published_at IS NULL
        AND o.parked_at IS NULL
        AND o.available_at <= now()
        AND o.aggregate_id NOT IN (SELECT unnest(:busy::uuid[]))
        AND NOT EXISTS (
            SELECT 1 FROM catalog.outbox_events AS earlier
            WHERE earlier.aggregate_id = o.aggregate_id
                AND earlier.id < o.id
                AND earlier.published_at IS NULL
                AND earlier.skipped_at IS NULL
                AND (
                    earlier.id <= look.mark
                    OR earlier.parked_at IS NOT NULL
                    OR earlier.available_at > now()
                )
            OFFSET 0
        )
    ORDER BY o.id
    LIMIT :per_shard
) AS found

-- mark_published --
-- No condition on published_at: with it the planner may walk through an index of what is
-- unpublished, and past all that vacuum has left in there.
UPDATE catalog.outbox_events SET published_at = coalesce(published_at, now())
WHERE id = ANY (:ids::bigint[])

-- postpone --
-- Spelt so that no index of what is unpublished fits: walking it costs the whole backlog.
UPDATE catalog.outbox_events AS o SET
    attempts = s.attempts,
    last_error = s.reason,
    available_at = now() + make_interval(secs => s.wait),
    parked_at = CASE WHEN s.parked THEN now() END
FROM unnest(
    :ids::bigint[], :attempts::bigint[], :reasons::text[], :waits::float8[], :parked::boolean[]
) AS s (id, attempts, reason, wait, parked)
WHERE o.id = s.id AND coalesce(o.published_at, o.parked_at) IS NULL

-- page_of_events --
-- What is unpublished is few: found by its own index first, whatever the planner would
-- rather walk through for the sake of the order.
WITH unpublished AS MATERIALIZED (
    SELECT o.id
    FROM catalog.outbox_events AS o
    WHERE o.published_at IS NULL AND o.id > :behind AND :state::text <> 'published'
        AND :state = CASE
            WHEN o.skipped_at IS NOT NULL THEN 'skipped'
            WHEN o.parked_at IS NOT NULL THEN 'parked'
            ELSE 'waiting'
        END
), wanted AS (
    (SELECT u.id FROM unpublished AS u ORDER BY u.id LIMIT :limit)
    UNION ALL
    (
        SELECT o.id FROM catalog.outbox_events AS o
        WHERE :state = 'published' AND o.published_at IS NOT NULL AND o.id > :behind
        ORDER BY o.id
        LIMIT :limit
    )
    UNION ALL
    (
        SELECT o.id FROM catalog.outbox_events AS o
        WHERE :state IS NULL AND o.id > :behind
        ORDER BY o.id
        LIMIT :limit
    )
)
SELECT @outbox_columns
FROM catalog.outbox_events
WHERE id IN (SELECT w.id FROM wanted AS w)
ORDER BY id

-- get_event --
SELECT @outbox_columns
FROM catalog.outbox_events
WHERE event_id = :event_id

-- redrive --
UPDATE catalog.outbox_events SET parked_at = NULL, attempts = 0, available_at = now()
WHERE event_id = :event_id
    AND parked_at IS NOT NULL AND coalesce(skipped_at, published_at) IS NULL
RETURNING 1

-- redrive_parked --
WITH parked AS MATERIALIZED (
    SELECT o.id
    FROM catalog.outbox_events AS o
    WHERE o.parked_at IS NOT NULL AND o.skipped_at IS NULL AND o.published_at IS NULL
), again AS (
    UPDATE catalog.outbox_events AS o SET parked_at = NULL, attempts = 0, available_at = now()
    WHERE o.id IN (SELECT p.id FROM parked AS p ORDER BY p.id LIMIT :limit)
        AND o.parked_at IS NOT NULL AND o.skipped_at IS NULL AND o.published_at IS NULL
    RETURNING 1
)
SELECT count(*) AS events FROM again

-- skip --
UPDATE catalog.outbox_events SET skipped_at = now()
WHERE event_id = :event_id
    AND parked_at IS NOT NULL AND coalesce(skipped_at, published_at) IS NULL
RETURNING 1

-- prune --
-- Ids grow with time, so the old ones are at the front: no index beside the primary key
-- has to be kept for this, and no row but those that go is locked.
WITH page AS MATERIALIZED (
    SELECT o.id, o.occurred_at
    FROM catalog.outbox_events AS o
    WHERE o.id > :behind
    ORDER BY o.id
    LIMIT :limit
), gone AS (
    -- An array, as a join for any limit would read the table whole.
    DELETE FROM catalog.outbox_events AS o
    WHERE o.id = ANY(ARRAY(SELECT page.id FROM page))
        AND o.published_at < now() - :keep::interval
    RETURNING 1
)
SELECT
    (SELECT count(*) FROM gone) AS deleted,
    coalesce(max(page.id), :behind) AS last_id,
    coalesce(bool_or(page.occurred_at < now() - :keep), false) AS more
FROM page
