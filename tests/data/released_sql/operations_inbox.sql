-- page_of_inbox --
SELECT
    source, dedup_key, first_msg_id, actor, received_at, processed_at, outcome, last_error,
    octet_length(payload) AS payload_bytes
FROM catalog.inbox_events
WHERE (:outcome::text IS NULL OR outcome = :outcome)
    AND received_at <= coalesce(:behind_at::timestamptz, 'infinity')
    AND (
        :behind_at IS NULL
        OR (received_at, source, dedup_key) < (:behind_at, :behind_source, :behind_key)
    )
ORDER BY received_at DESC, source DESC, dedup_key DESC
LIMIT :page_limit

-- get_kept_event --
SELECT
    source, dedup_key, first_msg_id, actor, received_at, processed_at, outcome, last_error,
    octet_length(payload) AS payload_bytes, payload
FROM catalog.inbox_events
WHERE source = :source AND dedup_key = :dedup_key

-- page_of_quarantine --
SELECT
    source, dedup_key, first_msg_id, actor, received_at, processed_at, outcome, last_error,
    octet_length(payload) AS payload_bytes
FROM catalog.inbox_events
WHERE outcome = 'quarantined'
    AND received_at >= coalesce(:behind_at::timestamptz, '-infinity')
    AND (
        :behind_at IS NULL
        OR (received_at, source, dedup_key) > (:behind_at, :behind_source, :behind_key)
    )
ORDER BY received_at, source, dedup_key
LIMIT :page_limit

-- mark_replayed --
UPDATE catalog.inbox_events SET
    outcome = 'replayed',
    processed_at = now(),
    last_error = concat_ws('; ', last_error, :result::text)
WHERE source = :source AND dedup_key = :dedup_key AND outcome = 'quarantined'
RETURNING 1

-- mark_unusable --
UPDATE catalog.inbox_events SET last_error = :reason, processed_at = now()
WHERE source = :source AND dedup_key = :dedup_key AND outcome = 'quarantined'
RETURNING 1
