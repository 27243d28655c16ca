"""All that is kept, in one shape, whether the model says it or PostgreSQL."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from catalog.application.records import OutboxRecord
from tests.integration.model.rules import HOUR
from tests.integration.model.stage import Stage
from tests.integration.model.upkeep import Model

View = dict[str, Any]

_EVERYTHING = """
SELECT json_build_object(
    'uploads', (SELECT json_agg(row_to_json(u)) FROM (
        SELECT *, floor(extract(epoch FROM session_expires_at - now()) / 3600)::int AS hours
        FROM catalog.uploads) AS u),
    'videos', (SELECT json_agg(row_to_json(v)) FROM catalog.videos AS v),
    'deletions', (SELECT json_agg(row_to_json(d)) FROM catalog.object_deletions AS d),
    'inbox', (SELECT json_agg(row_to_json(i)) FROM (
        SELECT dedup_key, outcome FROM catalog.inbox_events) AS i),
    'outbox', (SELECT json_agg(row_to_json(o)) FROM (
        SELECT aggregate_id, event_type, headers, published_at IS NOT NULL AS published
        FROM catalog.outbox_events WHERE parked_at IS NULL ORDER BY id) AS o),
    'history', (SELECT json_agg(row_to_json(h)) FROM (
        SELECT upload_id, request || ':' || decision AS entry
        FROM catalog.upload_events ORDER BY id) AS h)
)
"""


def expected(model: Model) -> View:
    """What the model says is kept."""
    titles = [film.title for film in model.films]
    return {
        "uploads": {
            upload.name: {
                "title": upload.title,
                "status": upload.status,
                "code": upload.code,
                "attempt": upload.attempt,
                "version": upload.version,
                "reported": upload.reported,
                "resumes": upload.resumes,
                "generation": upload.generation,
                "film": None if upload.film is None else titles[upload.film],
                "hours": (upload.deadline - model.now) // HOUR,
            }
            for upload in model.uploads.values()
        },
        "films": sorted(
            [film.title, film.status, film.version, film.generation or 0] for film in model.films
        ),
        "live": dict(model.live),
        "tombstones": {each: at is not None for each, at in model.tombstones.items()},
        "inbox": {each: outcome for each, (outcome, _) in model.inbox.items()},
        "events": _grouped(
            (each.whose, (each.what, each.version, each.published is not None))
            for each in model.events
        ),
        "topic": _grouped((whose, (what, version)) for whose, what, version in model.topic),
        "history": _grouped((name, entry) for name, entry, _ in model.history),
    }


def seen(stage: Stage) -> View:
    """What is really kept, in database, bucket and topic."""
    rows = json.loads(stage.site.look(_EVERYTHING))
    rows = {part: found or [] for part, found in rows.items()}
    files = {stage.ref(file).name: file for file in "ab"}
    for row in rows["uploads"]:
        _named(stage, UUID(row["upload_id"]), files[row["object_name"]])
    titles = {UUID(row["video_id"]): row["title"] for row in rows["videos"]}
    whose = {**stage.names, **titles}
    return {
        "uploads": {
            stage.names[UUID(row["upload_id"])]: _upload(row, titles) for row in rows["uploads"]
        },
        "films": sorted(
            [row["title"], row["status"], row["version"], row["raw_generation"] or 0]
            for row in rows["videos"]
        ),
        "live": {files[ref.name]: each.generation for ref, each in stage.objects.live.items()},
        "tombstones": {
            row["generation"]: row["deleted_at"] is not None for row in rows["deletions"]
        },
        "inbox": {int(row["dedup_key"].partition("#")[2]): row["outcome"] for row in rows["inbox"]},
        "events": _grouped(
            (
                whose[UUID(row["aggregate_id"])],
                (row["event_type"], int(row["headers"]["version"]), row["published"]),
            )
            for row in rows["outbox"]
        ),
        "topic": _topic(stage, whose),
        "history": _grouped(
            (stage.names[UUID(row["upload_id"])], row["entry"]) for row in rows["history"]
        ),
    }


def _named(stage: Stage, upload_id: UUID, file: str) -> None:
    if upload_id not in stage.names:
        earlier = sum(name.startswith(file) for name in stage.names.values())
        stage.names[upload_id] = f"{file}/{earlier + 1}"


def _upload(row: dict[str, Any], titles: dict[UUID, str]) -> View:
    generation = row["gcs_generation"]
    return {
        "title": row["original_filename"],
        "status": row["status"],
        "code": row["error_code"],
        "attempt": row["attempt"],
        "version": row["version"],
        "reported": row["bytes_reported"],
        "resumes": row["resume_count"],
        "generation": int(generation) if generation else None,
        "film": titles[UUID(row["video_id"])] if row["video_id"] else None,
        "hours": row["hours"],
    }


def _topic(stage: Stage, whose: dict[UUID, str]) -> View:
    """First deliveries; a relay that lost its session may have repeated some."""
    firsts: dict[UUID, OutboxRecord] = {}
    for event in stage.topic.published:
        firsts.setdefault(event.event_id, event)
    return _grouped(
        (whose[event.aggregate_id], (event.event_type, int(event.headers["version"])))
        for event in firsts.values()
    )


def _grouped(entries: Iterable[tuple[str, Any]]) -> View:
    """In order by whose they are; films of one title are told apart by nobody."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for whose, entry in entries:
        groups[whose].append(entry)
    return {
        whose: found if "/" in whose else sorted(found, key=repr) for whose, found in groups.items()
    }


def differences(one: View, other: View) -> View:
    """The parts in which they differ, side by side."""
    return {part: (one[part], other[part]) for part in one if one[part] != other[part]}
