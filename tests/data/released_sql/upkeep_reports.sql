-- backlog --
-- Counts stop at 10,000: whoever reads them needs no more, and the look stays short.
SELECT
    (
        SELECT count(*) FROM (
            SELECT 1 FROM catalog.uploads
            WHERE status IN ('pending', 'uploading')
                AND session_expires_at <= now() - :session_margin::interval
            LIMIT 10000
        ) AS due
    ) AS sessions_due,
    (
        SELECT count(*) FROM (
            SELECT 1 FROM catalog.object_deletions WHERE deleted_at IS NULL LIMIT 10000
        ) AS open_ones
    ) AS deletions_open,
    (
        SELECT count(*) FROM (
            SELECT 1 FROM catalog.object_deletions
            WHERE deleted_at IS NULL AND attempts > 0 LIMIT 10000
        ) AS failing
    ) AS deletions_failing,
    (
        SELECT min(created_at) FROM catalog.object_deletions WHERE deleted_at IS NULL
    ) AS oldest_deletion_at,
    (
        SELECT coalesce(jsonb_object_agg(kind, found), '{}'::jsonb) FROM (
            SELECT kind, count(*) AS found FROM catalog.sweep_findings GROUP BY kind
        ) AS kinds
    ) AS findings

-- open_deletions --
SELECT bucket, object_name, generation, reason, attempts, last_error, created_at, not_before
FROM catalog.object_deletions
WHERE deleted_at IS NULL
ORDER BY attempts DESC, created_at, bucket, object_name, generation
LIMIT :page_limit

-- all_sweeps --
SELECT name, under_way, position, started_at, finished_at, outcome, counts
FROM catalog.sweep_progress
ORDER BY name
