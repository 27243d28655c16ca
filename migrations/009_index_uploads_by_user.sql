-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- Alone in its file and outside a transaction, as CONCURRENTLY wants it; it blocks no writer.
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS uploads_by_user
ON catalog.uploads (user_id, created_at DESC, upload_id DESC);

-- migrate:down
