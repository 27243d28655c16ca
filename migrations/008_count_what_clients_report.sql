-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE catalog.uploads
ADD COLUMN resume_count bigint NOT NULL DEFAULT 0,
ADD COLUMN offset_mismatch_count bigint NOT NULL DEFAULT 0,
ADD COLUMN precondition_failed_count bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN catalog.uploads.resume_count IS 'As clients report; over all attempts';

-- migrate:down
