-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- The table is as new as this index: nobody writes to it yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX uploads_by_user
ON catalog.uploads (user_id, created_at DESC, upload_id DESC);

-- migrate:down
