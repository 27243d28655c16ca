-- migrate:up
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE catalog.outbox_events (
    -- Drawn one by one under the aggregate's row lock, so that id order is commit order.
    id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
    event_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    aggregate_type text NOT NULL CHECK (aggregate_type IN ('upload', 'video')),
    aggregate_id uuid NOT NULL,
    -- squawk-ignore prefer-bigint-over-smallint
    shard smallint NOT NULL
    GENERATED ALWAYS AS ((get_byte(uuid_send(aggregate_id), 15) & 63)::smallint) STORED,
    event_type text NOT NULL,
    payload bytea NOT NULL,
    headers jsonb NOT NULL DEFAULT '{}'::jsonb,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    available_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    attempts bigint NOT NULL DEFAULT 0,
    last_error text,
    parked_at timestamptz
);
COMMENT ON TABLE catalog.outbox_events IS
'Facts to announce, written in the transaction that made them true';
COMMENT ON COLUMN catalog.outbox_events.shard IS
'One of 64, from the aggregate''s last byte: all events of an aggregate share it';
COMMENT ON COLUMN catalog.outbox_events.payload IS 'Protobuf message of video.v1 named by event_type';
COMMENT ON COLUMN catalog.outbox_events.parked_at IS
'Set when delivery was given up; holds back later events of the same aggregate';

CREATE INDEX outbox_events_waiting_by_shard ON catalog.outbox_events (shard, id)
WHERE published_at IS NULL;
CREATE INDEX outbox_events_waiting_by_aggregate ON catalog.outbox_events (aggregate_id, id)
WHERE published_at IS NULL;

-- migrate:down
