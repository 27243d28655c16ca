-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE catalog.inbox_events (
    source text NOT NULL,
    dedup_key text NOT NULL,
    first_msg_id text,
    payload bytea,
    actor text NOT NULL CHECK (actor IN ('push', 'sweep', 'reaper', 'replay')),
    received_at timestamptz NOT NULL DEFAULT now(),
    processed_at timestamptz,
    outcome text,
    last_error text,
    PRIMARY KEY (source, dedup_key)
);
COMMENT ON TABLE catalog.inbox_events IS
'Every storage event once: claimed by its natural key before anything else is locked';
COMMENT ON COLUMN catalog.inbox_events.source IS
'gcs: judged events; gcs-quarantine: authenticated pushes that could not be read';
COMMENT ON COLUMN catalog.inbox_events.dedup_key IS
'bucket/name#generation for gcs; msg:<messageId> or sha256:<body> for gcs-quarantine';
COMMENT ON COLUMN catalog.inbox_events.payload IS
'The body as it came, bytes that need not be text; at most its first 64 KiB';
COMMENT ON COLUMN catalog.inbox_events.outcome IS
'What was decided; quarantined and unknown_object may be claimed again';

CREATE INDEX inbox_events_open ON catalog.inbox_events (received_at)
WHERE outcome IN ('quarantined', 'unknown_object');

-- migrate:down
