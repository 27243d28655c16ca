-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE catalog.upload_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    upload_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    request text NOT NULL,
    decision text NOT NULL CHECK (
        decision IN (
            'insert', 'duplicate', 'replace', 'reject', 'noop',
            'complete', 'fail', 'expire', 'cancel'
        )
    ),
    detail jsonb NOT NULL DEFAULT '{}'::jsonb
);
COMMENT ON TABLE catalog.upload_events IS
'Append-only history of every upload. No foreign key: it costs the hot path nothing and may outlive the row';
COMMENT ON COLUMN catalog.upload_events.actor IS 'user, push, sweep, reaper, replay or operator';
COMMENT ON COLUMN catalog.upload_events.request IS 'What was asked: init, bind, finalize, ...';

CREATE INDEX upload_events_by_upload ON catalog.upload_events (upload_id, id);

-- migrate:down
