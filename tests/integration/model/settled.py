"""What holds when everything has settled, whatever the model says."""

import json
from collections import Counter
from typing import Any

from tests.integration.model.stage import Stage
from tests.integration.model.upkeep import Model

_UPLOADS = """
SELECT json_agg(json_build_object(
    'id', u.upload_id, 'status', u.status, 'object', u.object_name, 'code', u.error_code,
    'generation', u.gcs_generation::bigint, 'film', v.status, 'reference', v.raw_file_reference,
    'buried', EXISTS (
        SELECT 1 FROM catalog.object_deletions AS d
        WHERE d.object_name = u.object_name AND d.generation = u.gcs_generation::bigint)
)) FROM catalog.uploads AS u LEFT JOIN catalog.videos AS v USING (video_id)
"""
_COMPLETIONS = """
SELECT json_agg(o.aggregate_id) FROM catalog.outbox_events AS o
WHERE o.event_type = 'video.upload.completed'
"""
_DISORDER = """
SELECT count(*) FROM (
    SELECT (headers ->> 'version')::bigint
        <= lag((headers ->> 'version')::bigint) OVER (PARTITION BY aggregate_id ORDER BY id)
        AS backwards
    FROM catalog.outbox_events) AS each WHERE backwards
"""
_OPEN = """
SELECT (SELECT count(*) FROM catalog.object_deletions WHERE deleted_at IS NULL)
    + (SELECT count(*) FROM catalog.inbox_events WHERE outcome IS NULL OR processed_at IS NULL)
"""


def assert_settled(stage: Stage, model: Model) -> None:
    """Raise AssertionError for anything that must never be, after sweeps and deletions."""
    uploads = json.loads(stage.site.look(_UPLOADS) or "[]")
    told = Counter(json.loads(stage.site.look(_COMPLETIONS) or "[]"))
    told += Counter(
        {
            str(each.aggregate_id): 1
            for each in stage.topic.published
            if each.event_type == "video.upload.completed" and str(each.aggregate_id) not in told
        }
    )
    assert set(told.values()) <= {1}, "two completions told of one upload"
    live = {ref.name: each.generation for ref, each in stage.objects.live.items()}
    for upload in uploads:
        if upload["status"] == "completed":
            _assert_completed(upload, live, told, model)
        else:
            assert upload["id"] not in told
            assert upload["object"] not in live, "an object that nobody judged"
    assert stage.site.look(_DISORDER) == 0
    assert stage.site.look(_OPEN) == 0


def _assert_completed(
    upload: dict[str, Any], live: dict[str, Any], told: Counter[str], model: Model
) -> None:
    assert told[upload["id"]] == 1
    assert not upload["buried"], "completed by an object that is to be deleted"
    assert upload["reference"].endswith(upload["object"])
    assert upload["film"] in ("processing", "archived")
    if upload["generation"] not in model.lost:
        assert live.get(upload["object"]) == upload["generation"], "completed without object"
