-- note_findings --
INSERT INTO catalog.sweep_findings (
    kind, bucket, object_name, generation, upload_id, size_bytes
)
SELECT * FROM unnest(
    :kinds::text[], :buckets::text[], :object_names::text[], :generations::bigint[],
    :upload_ids::uuid[], :sizes::bigint[]
)
ON CONFLICT (kind, bucket, object_name, generation) DO UPDATE SET
    seen_at = now(), upload_id = excluded.upload_id

-- page_of_findings --
SELECT kind, bucket, object_name, generation, upload_id, size_bytes, first_seen_at, seen_at
FROM catalog.sweep_findings
WHERE kind = :kind
    AND (:bucket::text IS NULL OR bucket = :bucket)
    AND (bucket, object_name, generation) > (:behind_bucket, :behind_name, :behind_generation)
    AND seen_at >= coalesce(:seen_since::timestamptz, '-infinity')
ORDER BY bucket, object_name, generation
LIMIT :page_limit

-- bury_orphan --
-- The last look at the rows and the tombstone are one statement. The finding is settled
-- either way: from its tombstone on the object is the deletion queue's.
WITH orphan AS (
    SELECT 1
    WHERE NOT EXISTS (
        SELECT 1 FROM catalog.uploads
        WHERE bucket = :bucket AND object_name = :object_name
    ) AND NOT EXISTS (
        SELECT 1 FROM catalog.videos
        WHERE raw_file_reference = 'gs://' || :bucket::text || '/' || :object_name::text
    )
), buried AS (
    INSERT INTO catalog.object_deletions (bucket, object_name, generation, reason)
    SELECT :bucket, :object_name, :generation, 'ORPHAN' FROM orphan
    ON CONFLICT (bucket, object_name, generation) DO UPDATE SET deleted_at = NULL
    WHERE object_deletions.deleted_at IS NOT NULL
), settled AS (
    DELETE FROM catalog.sweep_findings
    WHERE kind = 'orphan' AND bucket = :bucket AND object_name = :object_name
        AND generation = :generation
)
SELECT count(*) AS orphans FROM orphan

-- drop_unseen_findings --
WITH dropped AS (
    DELETE FROM catalog.sweep_findings
    WHERE kind = ANY(:kinds::text[])
        AND (:bucket::text IS NULL OR bucket = :bucket)
        AND seen_at < :since
    RETURNING 1
)
SELECT count(*) AS dropped FROM dropped
