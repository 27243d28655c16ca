-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE catalog.uploads ADD COLUMN reap_after timestamptz;
COMMENT ON COLUMN catalog.uploads.reap_after IS
'A reaper looks at the object until then; the next one may try afterwards';

-- migrate:down
