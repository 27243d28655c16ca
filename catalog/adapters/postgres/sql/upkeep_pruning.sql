-- prune_inbox --
-- By place and not by key: a plan for any limit takes it for a tenth of the table, and would
-- read all of it to join. What is locked keeps its place.
WITH old AS MATERIALIZED (
    SELECT ctid FROM catalog.inbox_events
    WHERE received_at < now() - :age::interval
        AND (
            outcome IS DISTINCT FROM 'quarantined'
            OR received_at < now() - :quarantine_age::interval
        )
    ORDER BY received_at
    LIMIT :page_limit
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM catalog.inbox_events
    WHERE ctid = ANY(ARRAY(SELECT old.ctid FROM old))
    RETURNING 1
)
SELECT count(*) AS pruned FROM gone

-- prune_history --
-- Numbers grow with time, so the primary key finds the oldest: the busiest table
-- of all needs no further index. Only what goes is locked. By place, as above.
WITH oldest AS MATERIALIZED (
    SELECT ctid, at FROM catalog.upload_events ORDER BY id LIMIT :page_limit
), old AS MATERIALIZED (
    SELECT h.ctid FROM catalog.upload_events AS h
    WHERE h.ctid = ANY(
        ARRAY(SELECT o.ctid FROM oldest AS o WHERE o.at < now() - :age::interval)
    )
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM catalog.upload_events
    WHERE ctid = ANY(ARRAY(SELECT old.ctid FROM old))
    RETURNING 1
)
SELECT count(*) AS pruned FROM gone

-- prune_failed_uploads --
WITH old AS MATERIALIZED (
    SELECT u.ctid FROM catalog.uploads AS u
    WHERE u.status = 'failed'
        AND u.session_expires_at < now() - :session_margin::interval
        AND u.updated_at < now() - :age::interval
        -- The deadline is at most two weeks after the Init that set it, and so after the last
        -- change: without this, each look would pass by all that failed and are kept.
        AND u.session_expires_at < now() - :age::interval + interval '15 days'
        AND NOT EXISTS (
            SELECT 1 FROM catalog.object_deletions AS d
            WHERE d.bucket = u.bucket AND d.object_name = u.object_name AND d.deleted_at IS NULL
        )
    ORDER BY u.session_expires_at
    LIMIT :page_limit
    FOR UPDATE OF u SKIP LOCKED
), changed AS (
    DELETE FROM catalog.uploads
    WHERE ctid = ANY(ARRAY(SELECT old.ctid FROM old))
    RETURNING upload_id, bucket, object_name
), freed AS (
    @tombstones_of_changed
), history AS (
    @history_of_changed
)
SELECT count(*) AS pruned FROM changed

-- prune_tombstones --
-- A word on an object is kept as long as an upload may still be told of it. One that is kept is
-- as young as new: it is not in the way of the next look, and gets one of its own in time.
WITH old AS MATERIALIZED (
    SELECT ctid, bucket, object_name
    FROM catalog.object_deletions
    WHERE deleted_at IS NOT NULL AND greatest(deleted_at, kept_at) < now() - :age::interval
    ORDER BY greatest(deleted_at, kept_at)
    LIMIT :page_limit
    FOR UPDATE SKIP LOCKED
), looked_at AS MATERIALIZED (
    SELECT old.ctid, EXISTS (
        SELECT 1 FROM catalog.uploads AS u
        WHERE u.bucket = old.bucket AND u.object_name = old.object_name
        OFFSET 0
    ) AS owned
    FROM old
), kept AS (
    UPDATE catalog.object_deletions SET kept_at = now()
    WHERE ctid = ANY(ARRAY(SELECT l.ctid FROM looked_at AS l WHERE l.owned))
    RETURNING 1
), gone AS (
    DELETE FROM catalog.object_deletions
    WHERE ctid = ANY(ARRAY(SELECT l.ctid FROM looked_at AS l WHERE NOT l.owned))
    RETURNING 1
)
SELECT
    (SELECT count(*) FROM gone) AS pruned,
    (SELECT count(*) FROM kept) AS kept
