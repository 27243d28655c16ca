-- bury --
-- From its commit on this generation never completes an upload. One that was
-- deleted before and is seen alive again is queued once more; one that was seen
-- before it was deleted is not.
INSERT INTO catalog.object_deletions (bucket, object_name, generation, reason)
VALUES (:bucket, :object_name, :generation, :reason)
ON CONFLICT (bucket, object_name, generation) DO UPDATE SET deleted_at = NULL
WHERE object_deletions.deleted_at <= coalesce(:seen_at::timestamptz, 'infinity')

-- unfinished --
SELECT generation FROM catalog.object_deletions
WHERE bucket = :bucket AND object_name = :object_name AND deleted_at IS NULL
ORDER BY generation

-- release --
-- The generation completed its upload after all: its tombstone goes, not its bytes.
DELETE FROM catalog.object_deletions
WHERE bucket = :bucket AND object_name = :object_name AND generation = :generation

-- mark_deleted --
UPDATE catalog.object_deletions SET deleted_at = now()
WHERE bucket = :bucket AND object_name = :object_name AND generation = :generation
    AND deleted_at IS NULL
