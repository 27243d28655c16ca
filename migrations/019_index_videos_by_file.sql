-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- Alone in its file and outside a transaction, as CONCURRENTLY wants it; it blocks no writer.
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS videos_by_file
ON catalog.videos (raw_file_reference)
WHERE raw_file_reference IS NOT NULL;

-- migrate:down
