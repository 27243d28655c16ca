-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- Alone in its file and outside a transaction, as CONCURRENTLY wants it; it blocks no writer.
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS uploads_waiting_by_deadline
ON catalog.uploads (session_expires_at)
WHERE status IN ('pending', 'uploading');

-- migrate:down
