-- claim --
-- Claim the arrival by its natural key, and only then lock the upload: EXISTS
-- forces the claim first, so that every path locks inbox, upload, video in this
-- order. Only the locked row is fresh; video and tombstone are as the snapshot
-- has them, and whoever applies a decision looks at both again.
WITH claim AS (
    INSERT INTO catalog.inbox_events (source, dedup_key, first_msg_id, payload, actor)
    VALUES ('gcs', :dedup_key, :message_id, :payload, :actor)
    ON CONFLICT (source, dedup_key) DO UPDATE SET outcome = NULL, processed_at = NULL
    WHERE inbox_events.outcome IN ('quarantined', 'unknown_object')
    RETURNING 1
), up AS MATERIALIZED (
    SELECT @upload_columns
    FROM catalog.uploads
    WHERE bucket = :bucket AND object_name = :object_name AND EXISTS (SELECT 1 FROM claim)
    FOR NO KEY UPDATE
)
SELECT
    (SELECT count(*) FROM claim) AS won,
    now() AS at,
    EXISTS (
        SELECT 1 FROM catalog.object_deletions AS d
        WHERE d.bucket = :bucket AND d.object_name = :object_name AND d.generation = :generation
    ) AS tombstoned,
    up.*,
    v.title AS v_title,
    v.user_id AS v_user_id,
    v.description AS v_description,
    v.status AS v_status,
    v.raw_file_reference AS v_raw_file_reference,
    v.size_bytes AS v_size_bytes,
    v.version AS v_version,
    v.created_at AS v_created_at,
    v.updated_at AS v_updated_at
FROM (SELECT 1) AS one
LEFT JOIN up ON true
LEFT JOIN catalog.videos AS v ON v.video_id = up.video_id

-- mark_completed --
-- Everything a completion is, in one statement with a fresh snapshot. The
-- predicates of `changed` are the decision's premises: no tombstone, the row as
-- it was locked, and a video made here only if none is bound that still waits.
-- Outbox ids are drawn from `changed`, that is under the upload's row lock.
WITH changed AS (
    UPDATE catalog.uploads AS u SET
        status = 'completed',
        version = u.version + 1,
        video_id = :video_id,
        content_type = :content_type,
        size_bytes = :size_bytes,
        gcs_generation = :generation_text,
        gcs_etag = :etag,
        md5_hash = :md5_hash,
        crc32c = :crc32c,
        error_code = NULL,
        error_message = NULL,
        completed_at = :at
    WHERE u.upload_id = :upload_id
        AND u.version = :version
        AND u.status IN ('pending', 'uploading', 'failed')
        AND u.error_code IS DISTINCT FROM 'CANCELLED'
        AND NOT EXISTS (
            SELECT 1 FROM catalog.object_deletions AS d
            WHERE d.bucket = u.bucket AND d.object_name = u.object_name
                AND d.generation = :generation
        )
        AND :video_created::boolean = NOT EXISTS (
            SELECT 1 FROM catalog.videos AS v
            WHERE v.video_id = u.video_id AND v.user_id = u.user_id
                AND v.status = 'pending_upload'
        )
    RETURNING u.upload_id, u.user_id
), moved AS (
    UPDATE catalog.videos AS v SET
        raw_file_reference = :raw_file_reference,
        raw_generation = :generation,
        size_bytes = :size_bytes,
        status = 'processing',
        version = v.version + 1
    FROM changed
    WHERE NOT :video_created::boolean
        AND v.video_id = :video_id
        AND v.user_id = changed.user_id
        AND v.version = :video_version_before
        AND v.status = 'pending_upload'
    RETURNING 1
), made AS (
    INSERT INTO catalog.videos (
        video_id, user_id, title, description, status, raw_file_reference, raw_generation,
        size_bytes, created_at, updated_at
    )
    SELECT
        :video_id, changed.user_id, :title, :description, 'processing', :raw_file_reference,
        :generation, :size_bytes, :at, :at
    FROM changed
    WHERE :video_created::boolean
    RETURNING 1
), history AS (
    @history_of_changed RETURNING 1
), announced AS (
    @events_of_changed
), settled AS (
    @inbox_of_changed
)
SELECT
    (SELECT count(*) FROM changed) AS uploads,
    (SELECT count(*) FROM moved) + (SELECT count(*) FROM made) AS videos,
    0 AS tombstones,
    (SELECT count(*) FROM history) AS history,
    (SELECT count(*) FROM announced) AS outbox,
    (SELECT count(*) FROM settled) AS inbox

-- mark_failed --
-- A waiting upload fails; the object gets its tombstone, which is its deletion.
WITH changed AS (
    UPDATE catalog.uploads AS u SET
        status = 'failed',
        version = u.version + 1,
        error_code = :code,
        error_message = :message
    WHERE u.upload_id = :upload_id
        AND u.version = :version
        AND u.status IN ('pending', 'uploading')
        AND NOT EXISTS (
            SELECT 1 FROM catalog.object_deletions AS d
            WHERE d.bucket = u.bucket AND d.object_name = u.object_name
                AND d.generation = :generation
        )
    RETURNING u.upload_id, u.bucket, u.object_name
), buried AS (
    INSERT INTO catalog.object_deletions (bucket, object_name, generation, reason)
    SELECT bucket, object_name, :generation, :code FROM changed
    ON CONFLICT DO NOTHING
    RETURNING 1
), history AS (
    @history_of_changed RETURNING 1
), announced AS (
    @events_of_changed
), settled AS (
    @inbox_of_changed
)
SELECT
    (SELECT count(*) FROM changed) AS uploads,
    0 AS videos,
    (SELECT count(*) FROM buried) AS tombstones,
    (SELECT count(*) FROM history) AS history,
    (SELECT count(*) FROM announced) AS outbox,
    (SELECT count(*) FROM settled) AS inbox

-- mark_rejected --
-- An object that came too late for an upload that has failed: tombstone alone.
WITH changed AS MATERIALIZED (
    SELECT u.upload_id, u.bucket, u.object_name
    FROM catalog.uploads AS u
    WHERE u.upload_id = :upload_id
        AND u.version = :version
        AND u.status = 'failed'
        AND NOT EXISTS (
            SELECT 1 FROM catalog.object_deletions AS d
            WHERE d.bucket = u.bucket AND d.object_name = u.object_name
                AND d.generation = :generation
        )
), buried AS (
    INSERT INTO catalog.object_deletions (bucket, object_name, generation, reason)
    SELECT bucket, object_name, :generation, :code FROM changed
    ON CONFLICT DO NOTHING
    RETURNING 1
), history AS (
    @history_of_changed RETURNING 1
), settled AS (
    @inbox_of_changed
)
SELECT
    0 AS uploads,
    0 AS videos,
    (SELECT count(*) FROM buried) AS tombstones,
    (SELECT count(*) FROM history) AS history,
    0 AS outbox,
    (SELECT count(*) FROM settled) AS inbox

-- settle --
-- The arrival changes nothing; that it came is history all the same.
WITH history AS (
    INSERT INTO catalog.upload_events (upload_id, actor, request, decision, detail)
    VALUES (:upload_id, :actor, :request, :decision, :detail::jsonb)
    RETURNING 1
), settled AS (
    UPDATE catalog.inbox_events SET outcome = :outcome, processed_at = now()
    WHERE source = 'gcs' AND dedup_key = :dedup_key
    RETURNING 1
)
SELECT
    0 AS uploads,
    0 AS videos,
    0 AS tombstones,
    (SELECT count(*) FROM history) AS history,
    0 AS outbox,
    (SELECT count(*) FROM settled) AS inbox

-- mark_unknown --
-- Nobody expects the object (yet); the key may be claimed again.
UPDATE catalog.inbox_events SET outcome = 'unknown_object', processed_at = now()
WHERE source = 'gcs' AND dedup_key = :dedup_key

-- quarantine --
-- An authenticated push that cannot be used, byte for byte, for people.
INSERT INTO catalog.inbox_events (
    source, dedup_key, first_msg_id, payload, actor, outcome, processed_at, last_error
)
VALUES (
    'gcs-quarantine', :dedup_key, :message_id, :payload, 'push', 'quarantined', now(), :reason
)
ON CONFLICT DO NOTHING
RETURNING 1
