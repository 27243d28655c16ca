-- begin_sweep --
-- Anew when the last walk ended, else where it stopped; nobody's while another's lease lasts.
INSERT INTO catalog.sweep_progress AS s (name, owner, lease_until)
VALUES (:name, :owner, now() + :lease::interval)
ON CONFLICT (name) DO UPDATE SET
    owner = excluded.owner,
    lease_until = excluded.lease_until,
    under_way = true,
    position = CASE WHEN s.under_way AND NOT :restart::boolean THEN s.position END,
    counts = CASE WHEN s.under_way AND NOT :restart::boolean THEN s.counts ELSE '{}'::jsonb END,
    started_at = CASE
        WHEN s.under_way AND NOT :restart::boolean THEN s.started_at ELSE now()
    END,
    updated_at = now()
WHERE (s.lease_until IS NULL OR s.lease_until <= now())
    AND (s.under_way OR s.finished_at <= now() - :every::interval)
RETURNING position, counts, started_at

-- look_up_objects --
-- The one query of a page of the bucket: it remembers how far the walk has come,
-- keeps its lease, and says what is known of every name. Both indexes are walked along the
-- page's names, not entered for each: only tombstones between its names are read, as there may
-- be many more than the page has. A full join is never a loop over loops, whatever number of
-- names the planner expects; it adds nothing, as no upload is read whose name is not there.
WITH held AS (
    UPDATE catalog.sweep_progress SET
        position = :position,
        counts = :counts::jsonb,
        lease_until = now() + :lease::interval,
        updated_at = now()
    WHERE name = :name AND owner = :owner AND under_way
    RETURNING 1
), gone AS MATERIALIZED (
    SELECT d.object_name, d.generation, d.deleted_at
    FROM catalog.object_deletions AS d
    WHERE d.bucket = :bucket
        AND d.object_name >= (SELECT min(name) FROM unnest(:object_names::text[]) AS name)
        AND d.object_name <= (SELECT max(name) FROM unnest(:object_names::text[]) AS name)
)
SELECT
    (SELECT count(*) FROM held) AS held,
    now() AS at,
    u.upload_id,
    u.status,
    u.gcs_generation,
    (o.object_name, o.generation) IN (
        SELECT gone.object_name, gone.generation FROM gone
    ) AS tombstoned,
    (o.object_name, o.generation) IN (
        SELECT gone.object_name, gone.generation FROM gone WHERE gone.deleted_at IS NOT NULL
    ) AS deleted,
    u.upload_id IS NULL AND EXISTS (
        SELECT 1 FROM catalog.videos AS v
        WHERE v.raw_file_reference = 'gs://' || :bucket::text || '/' || o.object_name
    ) AS referenced
FROM unnest(:object_names::text[], :generations::bigint[])
    WITH ORDINALITY AS o (object_name, generation, place)
FULL JOIN (
    SELECT owner.object_name, owner.upload_id, owner.status, owner.gcs_generation
    FROM catalog.uploads AS owner
    WHERE owner.bucket = :bucket AND owner.object_name = ANY(:object_names::text[])
    OFFSET 0
) AS u ON u.object_name = o.object_name
ORDER BY o.place

-- waiting_uploads --
-- In the order of their deadlines, which only move later: none is missed.
WITH held AS (
    UPDATE catalog.sweep_progress SET
        position = :position,
        counts = :counts::jsonb,
        lease_until = now() + :lease::interval,
        updated_at = now()
    WHERE name = :name AND owner = :owner AND under_way
    RETURNING 1
), next_page AS (
    SELECT @upload_columns
    FROM catalog.uploads
    WHERE status IN ('pending', 'uploading')
        AND (session_expires_at, upload_id) > (
            coalesce(:behind_at::timestamptz, '-infinity'),
            coalesce(:behind_id::uuid, '00000000-0000-0000-0000-000000000000')
        )
        AND created_at <= now() - :age::interval
    ORDER BY session_expires_at, upload_id
    LIMIT :page_limit
)
SELECT (SELECT count(*) FROM held) AS held, next_page.*
FROM (SELECT 1) AS one
LEFT JOIN next_page ON true
ORDER BY next_page.session_expires_at, next_page.upload_id

-- completed_uploads --
-- In the order of their objects, which is that of the bucket's own list.
WITH held AS (
    UPDATE catalog.sweep_progress SET
        position = :position,
        counts = :counts::jsonb,
        lease_until = now() + :lease::interval,
        updated_at = now()
    WHERE name = :name AND owner = :owner AND under_way
    RETURNING 1
), next_page AS (
    SELECT @upload_columns
    FROM catalog.uploads
    WHERE status = 'completed' AND (bucket, object_name) > (:behind_bucket, :behind_name)
    ORDER BY bucket, object_name
    LIMIT :page_limit
)
SELECT (SELECT count(*) FROM held) AS held, next_page.*
FROM (SELECT 1) AS one
LEFT JOIN next_page ON true
ORDER BY next_page.bucket, next_page.object_name

-- keep_sweep --
UPDATE catalog.sweep_progress SET
    position = :position,
    counts = :counts::jsonb,
    lease_until = now() + :lease::interval,
    updated_at = now()
WHERE name = :name AND owner = :owner AND under_way
RETURNING 1

-- leave_sweep --
UPDATE catalog.sweep_progress SET
    position = :position, counts = :counts::jsonb, lease_until = NULL, updated_at = now()
WHERE name = :name AND owner = :owner AND under_way

-- finish_sweep --
UPDATE catalog.sweep_progress SET
    under_way = false,
    position = NULL,
    counts = :counts::jsonb,
    lease_until = NULL,
    finished_at = now(),
    updated_at = now(),
    outcome = :outcome
WHERE name = :name AND owner = :owner AND under_way
