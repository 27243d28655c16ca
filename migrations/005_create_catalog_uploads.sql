-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE catalog.uploads (
    upload_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    video_id uuid REFERENCES catalog.videos (video_id),
    bucket text NOT NULL,
    object_name text NOT NULL,
    original_filename text NOT NULL,
    content_type text NOT NULL,
    expected_size bigint NOT NULL DEFAULT 0 CHECK (expected_size >= 0),
    size_bytes bigint NOT NULL DEFAULT 0 CHECK (size_bytes >= 0),
    -- squawk-ignore ban-char-field
    content_md5 char(32) NOT NULL CHECK (content_md5 ~ '^[0-9a-f]{32}$'),
    status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'uploading', 'completed', 'failed')),
    gcs_generation text,
    gcs_etag text,
    md5_hash text,
    crc32c text,
    error_code text,
    error_message text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- squawk-ignore prefer-bigint-over-int
    duration_seconds integer NOT NULL DEFAULT 0 CHECK (duration_seconds >= 0),
    -- squawk-ignore prefer-bigint-over-int
    attempt integer NOT NULL DEFAULT 1 CHECK (attempt >= 1),
    version bigint NOT NULL DEFAULT 1 CHECK (version >= 1),
    session_expires_at timestamptz NOT NULL,
    bytes_reported bigint NOT NULL DEFAULT 0 CHECK (bytes_reported >= 0),
    traceparent text,
    completed_at timestamptz,
    CONSTRAINT uploads_user_md5_key UNIQUE (user_id, content_md5),
    CONSTRAINT uploads_object_key UNIQUE (bucket, object_name),
    CONSTRAINT uploads_failed_has_code CHECK (status <> 'failed' OR error_code IS NOT NULL),
    CONSTRAINT uploads_completed_has_object CHECK (
        status <> 'completed' OR (gcs_generation IS NOT NULL AND completed_at IS NOT NULL)
    )
);
COMMENT ON TABLE catalog.uploads IS
'One row per user and content MD5, over all states: the same file is the same upload';
COMMENT ON COLUMN catalog.uploads.object_name IS 'videos/{user_id}/{content_md5}';
COMMENT ON COLUMN catalog.uploads.content_md5 IS 'Declared by the client, 32 lower-case hex digits';
COMMENT ON COLUMN catalog.uploads.md5_hash IS 'Of the stored object, the same notation';
COMMENT ON COLUMN catalog.uploads.expected_size IS 'Declared by the client, 0 = not declared';
COMMENT ON COLUMN catalog.uploads.size_bytes IS 'Of the stored object; 0 until completed';
COMMENT ON COLUMN catalog.uploads.attempt IS 'Starts anew after failures, from 1';
COMMENT ON COLUMN catalog.uploads.session_expires_at IS
'URL expiry of the newest Init + 7 days: no session can finish after it; only moves later';
COMMENT ON COLUMN catalog.uploads.bytes_reported IS 'As the client says; a hint';
COMMENT ON COLUMN catalog.uploads.traceparent IS 'W3C trace context of the newest Init';

CREATE INDEX uploads_by_video ON catalog.uploads (video_id) WHERE video_id IS NOT NULL;

CREATE TRIGGER uploads_touch_updated_at BEFORE UPDATE ON catalog.uploads
FOR EACH ROW EXECUTE FUNCTION catalog.touch_updated_at();

-- migrate:down
