-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- Alone in its file and outside a transaction, as CONCURRENTLY wants it; it blocks no writer.
-- A few kilobytes whatever the size of the table, for the story of an upload: an index by
-- aggregate would cost every event and every mark of the relay.
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY IF NOT EXISTS outbox_events_by_time
ON catalog.outbox_events USING brin (occurred_at) WITH (pages_per_range = 32, autosummarize = on);

-- migrate:down
