-- upload_columns --
upload_id, user_id, video_id, bucket, object_name, original_filename, content_type,
expected_size, size_bytes, content_md5, status, gcs_generation, gcs_etag, md5_hash, crc32c,
error_code, error_message, created_at, updated_at, duration_seconds, attempt, version,
session_expires_at, bytes_reported, traceparent, completed_at

-- video_columns --
video_id, user_id, title, description, status, raw_file_reference, size_bytes, version,
created_at, updated_at

-- outbox_rows --
unnest(
    :event_ids::uuid[], :aggregate_types::text[], :aggregate_ids::uuid[], :event_types::text[],
    :payloads::bytea[], :headers::text[], :occurred_ats::timestamptz[]
) AS e (event_id, aggregate_type, aggregate_id, event_type, payload, headers, occurred_at)
