-- create_video --
-- A video that waits for its file, and the event that says so.
WITH made AS (
    INSERT INTO catalog.videos (video_id, user_id, title, description, created_at, updated_at)
    VALUES (:video_id, :user_id, :title, :description, :at, :at)
    ON CONFLICT (video_id) DO NOTHING
    RETURNING @video_columns
), announced AS (
    INSERT INTO catalog.outbox_events (
        event_id, aggregate_type, aggregate_id, event_type, payload, headers, occurred_at
    )
    SELECT
        :event_id, :aggregate_type, :aggregate_id, :event_type, :payload, :headers::jsonb,
        :occurred_at
    FROM made
)
SELECT made.*, NULL::uuid AS upload_id FROM made

-- get_video --
SELECT @video_columns,
    (
        SELECT u.upload_id FROM catalog.uploads AS u
        WHERE u.video_id = v.video_id AND u.user_id = v.user_id
        ORDER BY u.status = 'completed' DESC, u.created_at, u.upload_id LIMIT 1
    ) AS upload_id
FROM catalog.videos AS v
WHERE video_id = :video_id AND user_id = :user_id

-- lock_video --
-- Always after the uploads concerned.
SELECT @video_columns, NULL::uuid AS upload_id
FROM catalog.videos
WHERE video_id = :video_id AND user_id = :user_id
FOR NO KEY UPDATE
