-- insert_by_user_md5 --
-- A new upload with its first history entry, in one statement. No conflict
-- target: with one, the other unique index raises 23505 under concurrency.
WITH changed AS (
    INSERT INTO catalog.uploads (
        user_id, bucket, object_name, original_filename, content_type, expected_size,
        content_md5, duration_seconds, traceparent, session_expires_at
    )
    VALUES (
        :user_id, :bucket, :object_name, :filename, :content_type, :declared_size,
        :content_md5, :duration_seconds, :traceparent, now() + :session_life
    )
    ON CONFLICT DO NOTHING
    RETURNING @upload_columns
), history AS (
    @history_of_changed
)
SELECT changed.*, now() AS at FROM changed

-- lock_by_user_md5 --
-- The user's upload of this content, locked until the transaction ends.
SELECT @upload_columns, now() AS at
FROM catalog.uploads
WHERE user_id = :user_id AND content_md5 = :content_md5
FOR NO KEY UPDATE

-- find_by_user_md5 --
-- The id alone, unlocked: what to lock is decided with it.
SELECT upload_id FROM catalog.uploads
WHERE user_id = :user_id AND content_md5 = :content_md5

-- lock_by_object --
-- The upload that owns an object name, locked.
SELECT @upload_columns
FROM catalog.uploads
WHERE bucket = :bucket AND object_name = :object_name
FOR NO KEY UPDATE

-- lock_for_binding --
-- One upload and all that hold a video, locked in id order: two bindings never
-- wait for each other in a circle.
SELECT @upload_columns, now() AS at
FROM catalog.uploads
WHERE user_id = :user_id AND (upload_id = :upload_id OR video_id = :video_id)
ORDER BY upload_id
FOR NO KEY UPDATE

-- holders_of_video --
-- Who of its owner's uploads holds the video now, in a snapshot of its own, after
-- the video was locked. A stranger's binding, left from before the video changed
-- hands, counts for nothing: its completion makes a video of its own.
SELECT upload_id FROM catalog.uploads WHERE video_id = :video_id AND user_id = :user_id

-- get_upload --
SELECT @upload_columns
FROM catalog.uploads
WHERE upload_id = :upload_id AND user_id = :user_id

-- object_is_known --
SELECT EXISTS (
    SELECT 1 FROM catalog.uploads WHERE bucket = :bucket AND object_name = :object_name
)

-- renew_upload --
-- The newest Init of a waiting upload; the deadline only moves later.
WITH changed AS (
    UPDATE catalog.uploads SET
        original_filename = :filename,
        content_type = :content_type,
        expected_size = :declared_size,
        duration_seconds = :duration_seconds,
        video_id = :video_id,
        traceparent = coalesce(:traceparent, traceparent),
        session_expires_at = greatest(session_expires_at, now() + :session_life),
        version = version + 1
    WHERE upload_id = :upload_id AND version = :version AND status IN ('pending', 'uploading')
    RETURNING @upload_columns
), history AS (
    @history_of_changed
)
SELECT changed.*, now() AS at FROM changed

-- restart_upload --
-- A failed upload back to pending: the next attempt knows nothing of the old one.
WITH changed AS (
    UPDATE catalog.uploads SET
        status = 'pending',
        attempt = attempt + 1,
        error_code = NULL,
        error_message = NULL,
        bytes_reported = 0,
        original_filename = :filename,
        content_type = :content_type,
        expected_size = :declared_size,
        duration_seconds = :duration_seconds,
        video_id = :video_id,
        traceparent = coalesce(:traceparent, traceparent),
        session_expires_at = greatest(session_expires_at, now() + :session_life),
        version = version + 1
    WHERE upload_id = :upload_id AND version = :version AND status = 'failed'
    RETURNING @upload_columns
), history AS (
    @history_of_changed
)
SELECT changed.*, now() AS at FROM changed

-- bind_upload_to_video --
WITH changed AS (
    UPDATE catalog.uploads SET video_id = :video_id, version = version + 1
    WHERE upload_id = :upload_id AND version = :version AND status IN ('pending', 'uploading')
    RETURNING @upload_columns
), history AS (
    @history_of_changed
)
SELECT * FROM changed

-- release_video --
-- Failed uploads give up the video they hold.
WITH changed AS (
    UPDATE catalog.uploads SET video_id = NULL, version = version + 1
    WHERE upload_id = ANY(:upload_ids::uuid[]) AND status = 'failed'
    RETURNING upload_id
), history AS (
    @history_of_changed
)
SELECT count(*) FROM changed

-- note_upload --
INSERT INTO catalog.upload_events (upload_id, actor, request, decision, detail)
VALUES (:upload_id, :actor, :request, :decision, :detail::jsonb)

-- lock_upload --
SELECT @upload_columns, now() AS at
FROM catalog.uploads
WHERE upload_id = :upload_id AND user_id = :user_id
FOR NO KEY UPDATE

-- mark_cancelled --
-- Waiting or failed, but never completed; the event is that of a waiting one alone.
WITH changed AS (
    UPDATE catalog.uploads SET
        status = 'failed',
        error_code = 'CANCELLED',
        error_message = :message,
        version = version + 1
    WHERE upload_id = :upload_id AND version = :version AND status <> 'completed'
    RETURNING @upload_columns
), history AS (
    @history_of_changed
), announced AS (
    @events_of_changed
)
SELECT * FROM changed

-- report_progress --
-- One statement: counts in every state, bytes and `uploading` while waiting only. A
-- report changes nothing anybody decides on, so the version stays.
UPDATE catalog.uploads SET
    status = CASE WHEN status = 'pending' THEN 'uploading' ELSE status END,
    bytes_reported = CASE
        WHEN status IN ('pending', 'uploading') THEN greatest(bytes_reported, :bytes_persisted)
        ELSE bytes_reported
    END,
    resume_count = resume_count + :resume_count,
    offset_mismatch_count = offset_mismatch_count + :offset_mismatch_count,
    precondition_failed_count = precondition_failed_count + :precondition_failed_count
WHERE upload_id = :upload_id AND user_id = :user_id
RETURNING @upload_columns

-- page_of_uploads --
-- By key, not by offset: rows that appear meanwhile neither repeat nor hide others.
SELECT @upload_columns
FROM catalog.uploads
WHERE user_id = :user_id
    AND (:status::text IS NULL OR status = :status)
    AND (created_at, upload_id) < (
        coalesce(:behind_at::timestamptz, 'infinity'),
        coalesce(:behind_id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    )
ORDER BY created_at DESC, upload_id DESC
LIMIT :page_limit
