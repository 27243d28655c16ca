-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE catalog.object_deletions (
    bucket text NOT NULL,
    object_name text NOT NULL,
    generation bigint NOT NULL CHECK (generation > 0),
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    not_before timestamptz NOT NULL DEFAULT now(),
    attempts bigint NOT NULL DEFAULT 0,
    last_error text,
    deleted_at timestamptz,
    PRIMARY KEY (bucket, object_name, generation)
);
COMMENT ON TABLE catalog.object_deletions IS
'Tombstones: a generation in here, deleted or not yet, never completes an upload. Kept at least as long as the upload';

CREATE INDEX object_deletions_due ON catalog.object_deletions (not_before)
WHERE deleted_at IS NULL;

-- migrate:down
