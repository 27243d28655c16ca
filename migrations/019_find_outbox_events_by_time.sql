-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- A few kilobytes whatever the size of the table, for the story of an upload: an index by
-- aggregate would cost every event and every mark of the relay.
-- The table is as new as this index: nobody writes to it yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX outbox_events_by_time
ON catalog.outbox_events USING brin (occurred_at) WITH (pages_per_range = 32, autosummarize = on);

-- migrate:down
