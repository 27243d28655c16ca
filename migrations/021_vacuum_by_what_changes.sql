-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Vacuum by default waits until a fifth of a table is dead: months, once tables are large, in
-- which every batch of reaper and pruning walks over the index entries of what is long gone,
-- and every statistic of what waits is older than what waits. The outbox has its own since
-- 011. Fillfactors stay at 100: what changes is indexed, and less room saved no update an
-- index entry. docs/adr/0010 has the figures.
ALTER TABLE catalog.uploads SET (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500,
    autovacuum_analyze_scale_factor = 0.02,
    autovacuum_analyze_threshold = 500
);
ALTER TABLE catalog.upload_events SET (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500
);
ALTER TABLE catalog.inbox_events SET (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500
);
ALTER TABLE catalog.object_deletions SET (
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 500
);

-- migrate:down
