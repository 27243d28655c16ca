-- get_upload_of_anybody --
SELECT @upload_columns
FROM catalog.uploads
WHERE upload_id = :upload_id

-- history_of_upload --
SELECT at, actor, request, decision, detail
FROM catalog.upload_events
WHERE upload_id = :upload_id
ORDER BY id DESC
LIMIT :page_limit

-- pushes_of_object --
-- By whole keys: the order of the index is the database's collation, in which no prefix is a
-- range. What nobody expected is few, and has no history to know its generation from.
WITH found AS (
    SELECT i.dedup_key FROM catalog.inbox_events AS i
    WHERE i.source = 'gcs' AND i.dedup_key = ANY(:dedup_keys::text[])
    UNION
    SELECT i.dedup_key FROM catalog.inbox_events AS i
    WHERE i.outcome = 'unknown_object' AND i.source = 'gcs'
        AND starts_with(i.dedup_key, :key_prefix::text)
)
SELECT
    source, dedup_key, first_msg_id, actor, received_at, processed_at, outcome, last_error,
    octet_length(payload) AS payload_bytes
FROM catalog.inbox_events
WHERE source = 'gcs' AND dedup_key IN (SELECT found.dedup_key FROM found)
ORDER BY received_at DESC, dedup_key DESC
LIMIT :page_limit

-- events_of_aggregates --
-- Unpublished ones by aggregate; the others, for which there is no such index, by the time
-- at which they occurred, which the history knows.
WITH found AS (
    SELECT o.id FROM catalog.outbox_events AS o
    WHERE o.published_at IS NULL AND o.aggregate_id = ANY(:aggregates::uuid[])
    UNION
    SELECT o.id
    FROM unnest(:times::timestamptz[]) AS t (at)
    CROSS JOIN LATERAL (
        SELECT e.id FROM catalog.outbox_events AS e
        WHERE e.occurred_at = t.at AND e.published_at IS NOT NULL
            AND e.aggregate_id = ANY(:aggregates::uuid[])
        OFFSET 0
    ) AS o
)
SELECT
    event_id, event_type, aggregate_type, aggregate_id, occurred_at, published_at, parked_at,
    skipped_at, attempts, last_error, octet_length(payload) AS size_bytes
FROM catalog.outbox_events
WHERE id IN (SELECT found.id FROM found)
ORDER BY id DESC
LIMIT :page_limit

-- deletions_of_object --
SELECT generation, reason, created_at, attempts, last_error, deleted_at
FROM catalog.object_deletions
WHERE bucket = :bucket AND object_name = :object_name
ORDER BY created_at DESC, generation DESC
LIMIT :page_limit
