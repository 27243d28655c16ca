-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE catalog.sweep_progress (
    name text PRIMARY KEY,
    owner uuid,
    lease_until timestamptz,
    under_way boolean NOT NULL DEFAULT true,
    position text,
    counts jsonb NOT NULL DEFAULT '{}'::jsonb,
    started_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    outcome text CHECK (outcome IN ('finished', 'refused'))
);
COMMENT ON TABLE catalog.sweep_progress IS
'Walks over bucket and rows: one at a time by name, resumed where the last one stopped';
COMMENT ON COLUMN catalog.sweep_progress.position IS
'Everything up to here is done; NULL at the start';
COMMENT ON COLUMN catalog.sweep_progress.counts IS
'Of the walk under way, else of the last one';
COMMENT ON COLUMN catalog.sweep_progress.outcome IS 'Of the last walk that ended';

-- migrate:down
