-- claim_expired_sessions --
-- A short statement that takes due uploads for a while: whoever was quicker has
-- them locked or leased. The look at the bucket follows with nothing open.
WITH due AS MATERIALIZED (
    SELECT upload_id FROM catalog.uploads
    WHERE status IN ('pending', 'uploading')
        AND session_expires_at <= now() - :margin::interval
        AND (reap_after IS NULL OR reap_after <= now())
    ORDER BY session_expires_at
    LIMIT :page_limit
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE catalog.uploads SET reap_after = now() + :lease::interval
WHERE upload_id IN (SELECT due.upload_id FROM due)
RETURNING @upload_columns

-- lock_upload_by_id --
SELECT @upload_columns, now() AS at
FROM catalog.uploads
WHERE upload_id = :upload_id
FOR NO KEY UPDATE

-- mark_expired --
WITH changed AS (
    UPDATE catalog.uploads SET
        status = 'failed',
        error_code = 'SESSION_EXPIRED',
        error_message = :message,
        version = version + 1
    WHERE upload_id = :upload_id AND version = :version AND status IN ('pending', 'uploading')
    RETURNING upload_id
), history AS (
    @history_of_changed
), announced AS (
    @events_of_changed
)
SELECT upload_id FROM changed

-- forget_upload --
-- The row goes, its story stays, and the generation that is gone completes nothing again.
WITH changed AS (
    DELETE FROM catalog.uploads
    WHERE upload_id = :upload_id AND version = :version AND status = 'completed'
    RETURNING upload_id, bucket, object_name, gcs_generation
), buried AS (
    INSERT INTO catalog.object_deletions (bucket, object_name, generation, reason, deleted_at)
    SELECT bucket, object_name, gcs_generation::bigint, 'FORGOTTEN', now() FROM changed
    ON CONFLICT DO NOTHING
), freed AS (
    @tombstones_of_changed
), history AS (
    @history_of_changed
), settled AS (
    DELETE FROM catalog.sweep_findings AS f USING changed
    WHERE f.kind = 'gone' AND f.bucket = changed.bucket AND f.object_name = changed.object_name
)
SELECT upload_id FROM changed
