"""Compares what is kept with what was acknowledged: nothing lost, nothing twice."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

import asyncpg

from catalog.emulator import Emulator
from tests.support.acknowledged import Acknowledged, AnsweredInit

Row = asyncpg.Record
_ENDS = {"complete", "fail", "expire", "cancel"}
_WITHOUT_CHANGE = {"noop", "reject"}


@dataclass(frozen=True, slots=True)
class Books:
    """All tables, by what their rows are looked up by."""

    uploads: Mapping[UUID, Row]
    videos: Mapping[UUID, Row]
    inbox: Mapping[str, Row]
    decisions: Mapping[UUID, Sequence[str]]
    events: Sequence[Row]

    @classmethod
    async def read(cls, connection: "asyncpg.Connection[asyncpg.Record]") -> Self:
        uploads = await connection.fetch("SELECT * FROM catalog.uploads")
        videos = await connection.fetch("SELECT * FROM catalog.videos")
        inbox = await connection.fetch("SELECT * FROM catalog.inbox_events")
        decisions = defaultdict[UUID, list[str]](list)
        for row in await connection.fetch("SELECT * FROM catalog.upload_events ORDER BY id"):
            decisions[row["upload_id"]].append(row["decision"])
        return cls(
            uploads={row["upload_id"]: row for row in uploads},
            videos={row["video_id"]: row for row in videos},
            inbox={row["dedup_key"]: row for row in inbox},
            decisions=decisions,
            events=await connection.fetch("SELECT * FROM catalog.outbox_events ORDER BY id"),
        )


@dataclass(frozen=True, slots=True)
class Audit:
    """What should not be, in words; empty when all is well."""

    lost: list[str] = field(default_factory=list)
    double_transitions: list[str] = field(default_factory=list)
    duplicate_events: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def audit(books: Books, acknowledged: Acknowledged, emulator: Emulator) -> Audit:
    """Look at everything, once the dust has settled."""
    return Audit(
        lost=[
            *_lost_uploads(books, acknowledged),
            *_lost_videos(books, acknowledged),
            *_lost_news(books, acknowledged),
            *_lost_events(books, emulator),
        ],
        double_transitions=list(_double_transitions(books)),
        duplicate_events=[
            f"{times} x {what} of {which}"
            for (which, what), times in Counter(
                (row["aggregate_id"], row["event_type"]) for row in books.events
            ).items()
            if times > 1
        ],
        others=[*_strangers(books, acknowledged, emulator), *_wrong_ends(books, acknowledged)],
    )


def _lost_uploads(books: Books, acknowledged: Acknowledged) -> Iterator[str]:
    for init in acknowledged.uploads.values():
        row = books.uploads.get(init.upload_id)
        if row is None:
            yield f"upload {init.upload_id}"
        elif row["created_at"] > init.at:
            yield f"upload {init.upload_id}, made again after it was answered"
        elif row["status"] in {"pending", "uploading"}:
            yield f"the end of upload {init.upload_id}"


def _lost_videos(books: Books, acknowledged: Acknowledged) -> Iterator[str]:
    for video_id, at in acknowledged.videos.items():
        row = books.videos.get(video_id)
        if row is None or row["created_at"] > at:
            yield f"video {video_id}"


def _lost_news(books: Books, acknowledged: Acknowledged) -> Iterator[str]:
    """A push that was answered and forgotten would be made good by its repeat, but later."""
    for key, at in acknowledged.news.items():
        row = books.inbox.get(key)
        if row is None or row["processed_at"] is None or row["processed_at"] > at:
            yield f"news {key}"
    for init in acknowledged.uploads.values():
        upload = books.uploads.get(init.upload_id)
        if upload is None or upload["completed_at"] is None:
            continue
        key = f"{upload['bucket']}/{upload['object_name']}#{upload['gcs_generation']}"
        if key not in acknowledged.news or upload["completed_at"] > acknowledged.news[key]:
            yield f"completion of {init.upload_id}"


def _lost_events(books: Books, emulator: Emulator) -> Iterator[str]:
    arrived = {message.attributes["event_id"] for message in emulator.published}
    announced = {(row["aggregate_id"], row["event_type"]) for row in books.events}
    for row in books.events:
        if str(row["event_id"]) not in arrived or row["published_at"] is None:
            yield f"{row['event_type']} of {row['aggregate_id']}, never published"
    for upload_id, upload in books.uploads.items():
        if (upload_id, f"video.upload.{upload['status']}") not in announced:
            yield f"{upload['status']} of {upload_id}, never announced"
    for video_id in books.videos:
        if (video_id, "video.created") not in announced:
            yield f"creation of {video_id}, never announced"


def _double_transitions(books: Books) -> Iterator[str]:
    for upload_id, row in books.uploads.items():
        decisions = books.decisions[upload_id]
        ends = sum(each in _ENDS for each in decisions)
        # All that is decided of a waiting upload changes it, and so does nothing else.
        changes = sum(each not in _WITHOUT_CHANGE for each in decisions)
        if decisions.count("insert") != 1 or ends > 1 or row["version"] != changes:
            yield f"upload {upload_id}: {decisions}, version {row['version']}"
    for video_id, row in books.videos.items():
        if row["version"] > 2:
            yield f"video {video_id}: version {row['version']}"
    files = Counter(row["raw_file_reference"] for row in books.videos.values())
    for name, times in files.items():
        if name is not None and times > 1:
            yield f"{times} videos of {name}"


def _strangers(books: Books, acknowledged: Acknowledged, emulator: Emulator) -> Iterator[str]:
    """Nothing is there, or was announced, that nobody caused."""
    kept = {str(row["event_id"]) for row in books.events}
    invented = {message.attributes["event_id"] for message in emulator.published} - kept
    yield from (f"event {each}, published without a row" for each in invented)
    for upload_id in books.uploads.keys() - acknowledged.uploads.keys():
        yield f"upload {upload_id}, which nobody was told of"
    made = {row["video_id"] for row in books.uploads.values()} | acknowledged.videos.keys()
    for video_id in books.videos.keys() - made:
        yield f"video {video_id}, which nobody was told of"
    for key in books.inbox.keys() - acknowledged.news.keys():
        yield f"inbox row {key}, whose push was never answered"


def _wrong_ends(books: Books, acknowledged: Acknowledged) -> Iterator[str]:
    for init in acknowledged.uploads.values():
        row = books.uploads.get(init.upload_id)
        if row is not None and not _as_it_should_be(init, row, books.videos):
            yield f"upload {init.upload_id} is {row['status']} ({row['error_code']})"


def _as_it_should_be(init: AnsweredInit, row: Row, videos: Mapping[UUID, Row]) -> bool:
    if (row["user_id"], row["content_md5"]) != (init.user, init.md5):
        return False
    if not init.right:
        return bool(row["status"] == "failed" and row["error_code"] == "MD5_MISMATCH")
    video = videos.get(row["video_id"])
    return bool(
        row["status"] == "completed"
        and init.video_id in {None, row["video_id"]}
        and video is not None
        and video["status"] == "processing"
        and str(video["raw_generation"]) == row["gcs_generation"]
    )
