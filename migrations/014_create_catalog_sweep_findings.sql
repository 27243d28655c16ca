-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE catalog.sweep_findings (
    kind text NOT NULL CHECK (kind IN ('orphan', 'other_generation', 'gone')),
    bucket text NOT NULL,
    object_name text NOT NULL,
    generation bigint NOT NULL CHECK (generation > 0),
    upload_id uuid,
    size_bytes bigint,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, bucket, object_name, generation)
);
COMMENT ON TABLE catalog.sweep_findings IS
'What the last sweeps saw and left to people, or to the deletion of orphans when that is asked for';
COMMENT ON COLUMN catalog.sweep_findings.generation IS
'Of the object that is there; for gone, of the one that should be';

-- migrate:down
