-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- The table is as new as this index: nobody writes to it yet.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX videos_by_file
ON catalog.videos (raw_file_reference)
WHERE raw_file_reference IS NOT NULL;

-- migrate:down
