-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE SCHEMA IF NOT EXISTS catalog;
COMMENT ON SCHEMA catalog IS 'Upload control plane: uploads, videos, inbox, outbox, history, deletions';

CREATE TYPE catalog.video_status AS ENUM (
    'pending_upload', 'processing', 'ready', 'published', 'failed', 'rejected', 'archived'
);

CREATE FUNCTION catalog.touch_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION catalog.touch_updated_at() IS 'Keeps updated_at true whoever writes the row';

-- migrate:down
