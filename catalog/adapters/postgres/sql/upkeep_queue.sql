-- claim_due_deletions --
-- The lease is a later not_before: what a crashed worker took is due again after it.
WITH due AS MATERIALIZED (
    SELECT bucket, object_name, generation
    FROM catalog.object_deletions
    WHERE deleted_at IS NULL AND not_before <= now()
    ORDER BY not_before
    LIMIT :page_limit
    FOR UPDATE SKIP LOCKED
)
UPDATE catalog.object_deletions AS d SET not_before = now() + :lease::interval
FROM due
WHERE d.bucket = due.bucket
    AND d.object_name = due.object_name
    AND d.generation = due.generation
RETURNING
    d.bucket,
    d.object_name,
    d.generation,
    d.reason,
    d.attempts,
    (
        SELECT u.upload_id FROM catalog.uploads AS u
        WHERE u.bucket = d.bucket AND u.object_name = d.object_name
    ) AS upload_id

-- postpone_deletion --
UPDATE catalog.object_deletions SET
    attempts = attempts + 1,
    last_error = :error,
    not_before = now() + :wait::interval
WHERE bucket = :bucket AND object_name = :object_name AND generation = :generation
    AND deleted_at IS NULL
