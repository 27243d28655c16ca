-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE catalog.videos (
    video_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    title text NOT NULL,
    description text NOT NULL DEFAULT '',
    status catalog.video_status NOT NULL DEFAULT 'pending_upload',
    raw_file_reference text,
    raw_generation bigint,
    size_bytes bigint,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE catalog.videos IS 'What people see; made from exactly one uploaded file';
COMMENT ON COLUMN catalog.videos.raw_file_reference IS 'gs://bucket/object once the upload completed';
COMMENT ON COLUMN catalog.videos.raw_generation IS 'Generation of that object';

CREATE TRIGGER videos_touch_updated_at BEFORE UPDATE ON catalog.videos
FOR EACH ROW EXECUTE FUNCTION catalog.touch_updated_at();

-- migrate:down
