-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE catalog.object_deletions ADD COLUMN kept_at timestamptz;
COMMENT ON COLUMN catalog.object_deletions.kept_at IS
'When pruning last found its upload still there: its age counts anew from then';

-- The greater of both: one that is queued again and deleted again is as old as its last end.
-- 018's index stays as long as the last release, which prunes by it, may run on this schema.
-- The table is as new as this index: nobody writes to it yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX object_deletions_by_age
ON catalog.object_deletions (greatest(deleted_at, kept_at))
WHERE deleted_at IS NOT NULL;

-- migrate:down
