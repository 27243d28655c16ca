-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- The table is as new as this index: nobody writes to it yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX object_deletions_finished
ON catalog.object_deletions (deleted_at, generation)
WHERE deleted_at IS NOT NULL;

-- migrate:down
