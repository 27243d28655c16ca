-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- The table is as new as this index: nobody writes to it yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX uploads_waiting_by_deadline
ON catalog.uploads (session_expires_at)
WHERE status IN ('pending', 'uploading');

-- migrate:down
