-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE catalog.outbox_events ADD COLUMN skipped_at timestamptz;
COMMENT ON COLUMN catalog.outbox_events.skipped_at IS
'Set when an operator gave a parked event up: never published, holds nothing back any more, never pruned';
COMMENT ON COLUMN catalog.outbox_events.attempts IS
'Failed deliveries that were held against the event; 0 again after a redrive';

-- Every published row leaves a dead entry in the indexes of what is unpublished: with the
-- default of a fifth of the table a long history would keep vacuum away for weeks.
ALTER TABLE catalog.outbox_events SET (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0.05
);

-- migrate:down
