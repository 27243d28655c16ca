-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- Alone in its file and outside a transaction, as CONCURRENTLY wants it; it blocks no writer.
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS object_deletions_finished
ON catalog.object_deletions (deleted_at, generation)
WHERE deleted_at IS NOT NULL;

-- migrate:down
