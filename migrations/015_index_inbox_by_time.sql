-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- The table is as new as this index: nobody writes to it yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX inbox_events_by_time
ON catalog.inbox_events (received_at);

-- migrate:down
