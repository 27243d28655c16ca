-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- Alone in its file and outside a transaction, as CONCURRENTLY wants it; it blocks no writer.
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS inbox_events_by_time
ON catalog.inbox_events (received_at);

-- migrate:down
