-- upload_columns --
upload_id, user_id, video_id, bucket, object_name, original_filename, content_type,
expected_size, size_bytes, content_md5, status, gcs_generation, gcs_etag, md5_hash, crc32c,
error_code, error_message, created_at, updated_at, duration_seconds, attempt, version,
session_expires_at, bytes_reported, traceparent, completed_at

-- video_columns --
video_id, user_id, title, description, status, raw_file_reference, size_bytes, version,
created_at, updated_at

-- outbox_columns --
id, event_id, aggregate_type, aggregate_id, event_type, payload, headers, occurred_at,
available_at, published_at, attempts, last_error, parked_at, skipped_at

-- history_of_changed --
INSERT INTO catalog.upload_events (upload_id, actor, request, decision, detail)
SELECT upload_id, :actor, :request, :decision, :detail::jsonb FROM changed

-- events_of_changed --
-- Ids are drawn from `changed`, that is under the aggregate's row lock: id order is commit order.
-- Two places and no arrays: to spell seven arrays costs more than to spell the events in them.
INSERT INTO catalog.outbox_events (
    event_id, aggregate_type, aggregate_id, event_type, payload, headers, occurred_at
)
SELECT
    e.event_id, e.aggregate_type, e.aggregate_id, e.event_type, e.payload, e.headers,
    e.occurred_at
FROM changed, (
    VALUES
    (
        :event_id_1::uuid, :aggregate_type_1::text, :aggregate_id_1::uuid, :event_type_1::text,
        :payload_1::bytea, :headers_1::jsonb, :occurred_at_1::timestamptz
    ),
    (
        :event_id_2::uuid, :aggregate_type_2::text, :aggregate_id_2::uuid, :event_type_2::text,
        :payload_2::bytea, :headers_2::jsonb, :occurred_at_2::timestamptz
    )
) AS e (event_id, aggregate_type, aggregate_id, event_type, payload, headers, occurred_at)
WHERE e.event_id IS NOT NULL
RETURNING 1

-- inbox_of_changed --
UPDATE catalog.inbox_events AS i SET outcome = :outcome, processed_at = now()
FROM changed
WHERE i.source = 'gcs' AND i.dedup_key = :dedup_key
RETURNING 1

-- tombstones_of_changed --
-- Nobody keeps them any more: pruning looks at them by their own age again.
UPDATE catalog.object_deletions SET kept_at = NULL
WHERE kept_at IS NOT NULL
    AND bucket = ANY(ARRAY(SELECT bucket FROM changed))
    AND object_name = ANY(ARRAY(SELECT object_name FROM changed))
