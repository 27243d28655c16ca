-- levels --
-- Each count walks a partial index of what is open, and stops at 100,000.
WITH waiting AS (
    SELECT now() - (u.session_expires_at - :session_life::interval) AS age, u.session_expires_at
    FROM catalog.uploads AS u
    WHERE u.status IN ('pending', 'uploading')
    ORDER BY u.session_expires_at
    LIMIT 100000
), unpublished AS (
    SELECT o.id, o.aggregate_id, o.occurred_at, o.parked_at IS NOT NULL AS parked
    FROM catalog.outbox_events AS o
    WHERE o.published_at IS NULL AND o.skipped_at IS NULL
    LIMIT 100000
), flowing AS (
    SELECT u.occurred_at FROM unpublished AS u
    WHERE NOT u.parked AND NOT EXISTS (
        SELECT 1 FROM unpublished AS p
        WHERE p.parked AND p.aggregate_id = u.aggregate_id AND p.id < u.id
    )
), inbox AS (
    SELECT i.outcome FROM catalog.inbox_events AS i
    WHERE i.outcome IN ('quarantined', 'unknown_object')
    LIMIT 100000
), walks AS (
    -- The last one by what it walks over. Its mode may have changed; a report repairs nothing.
    SELECT DISTINCT ON (w.kind, w.bucket) w.kind, w.outcome, w.ended_at
    FROM (
        SELECT
            split_part(p.name, '/', 1) AS kind,
            CASE WHEN p.name LIKE 'bucket/%' THEN split_part(p.name, '/', 2) END AS bucket,
            p.outcome,
            coalesce(p.finished_at, p.started_at) AS ended_at
        FROM catalog.sweep_progress AS p
        WHERE p.name NOT LIKE '%/report'
    ) AS w
    WHERE w.bucket IS NULL OR w.bucket = ANY(:buckets::text[])
    ORDER BY w.kind, w.bucket, w.ended_at DESC
), queue AS (
    SELECT d.attempts FROM catalog.object_deletions AS d WHERE d.deleted_at IS NULL LIMIT 100000
), done AS (
    SELECT 1 FROM catalog.object_deletions AS d WHERE d.deleted_at IS NOT NULL LIMIT 100000
)
SELECT
    (
        SELECT jsonb_build_object(
            'under_15m', count(*) FILTER (WHERE w.age < interval '15 minutes'),
            'under_1h', count(*) FILTER (
                WHERE w.age >= interval '15 minutes' AND w.age < interval '1 hour'
            ),
            'under_1d', count(*) FILTER (
                WHERE w.age >= interval '1 hour' AND w.age < interval '1 day'
            ),
            'under_7d', count(*) FILTER (
                WHERE w.age >= interval '1 day' AND w.age < interval '7 days'
            ),
            'over_7d', count(*) FILTER (WHERE w.age >= interval '7 days')
        ) FROM waiting AS w
    ) AS waiting,
    (
        SELECT greatest(0, extract(EPOCH FROM now() - min(w.session_expires_at)))::float8
        FROM waiting AS w
    ) AS oldest_overdue,
    (SELECT count(*) FROM unpublished AS u WHERE NOT u.parked) AS outbox_backlog,
    (SELECT count(*) FROM unpublished AS u WHERE u.parked) AS outbox_parked,
    (
        SELECT greatest(0, extract(EPOCH FROM now() - min(f.occurred_at)))::float8
        FROM flowing AS f
    ) AS oldest_event,
    (SELECT count(*) FROM inbox AS i WHERE i.outcome = 'quarantined') AS quarantined,
    (SELECT count(*) FROM inbox AS i WHERE i.outcome = 'unknown_object') AS unknown,
    (SELECT count(*) FROM queue AS q WHERE q.attempts < :stuck_after) AS queued,
    (SELECT count(*) FROM queue AS q WHERE q.attempts >= :stuck_after) AS stuck,
    (SELECT count(*) FROM done AS d) AS done,
    (
        SELECT coalesce(jsonb_object_agg(s.kind, s.age), '{}'::jsonb) FROM (
            SELECT
                w.kind,
                greatest(0, extract(EPOCH FROM now() - min(w.ended_at)))::float8 AS age
            FROM walks AS w
            GROUP BY w.kind
        ) AS s
    ) AS sweep_ages,
    EXISTS (SELECT 1 FROM walks AS w WHERE w.outcome = 'refused') AS sweep_refused
