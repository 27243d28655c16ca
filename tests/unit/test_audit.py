"""The audit after kills and crashes names what is wrong: each fault is planted in sound books."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.acknowledged import Acknowledged, AnsweredInit
from tests.support.audit import Audit, Books, audit

AT = datetime(2026, 11, 21, tzinfo=UTC)
LATER = AT + timedelta(seconds=1)
UPLOAD, VIDEO, USER = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
MD5, NAME = "0" * 32, f"videos/{USER}/{'0' * 32}"
KEY = f"bucket/{NAME}#7"


def _event(aggregate: uuid.UUID, kind: str) -> dict[str, Any]:
    event_id = uuid.uuid4()
    return {
        "event_id": event_id, "aggregate_id": aggregate, "event_type": kind, "published_at": AT,
    }  # fmt: skip


@dataclass
class Case:
    """One completed upload of one video, as it is kept and as it was acknowledged."""

    upload: dict[str, Any] = field(
        default_factory=lambda: {
            "upload_id": UPLOAD, "user_id": USER, "video_id": VIDEO, "bucket": "bucket",
            "object_name": NAME, "content_md5": MD5, "gcs_generation": "7", "status": "completed",
            "version": 2, "created_at": AT, "completed_at": AT, "error_code": None,
        }
    )  # fmt: skip
    video: dict[str, Any] = field(
        default_factory=lambda: {
            "video_id": VIDEO, "version": 2, "created_at": AT, "status": "processing",
            "raw_file_reference": f"gs://bucket/{NAME}", "raw_generation": "7",
        }
    )  # fmt: skip
    others: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)
    """Videos beside it."""
    news: dict[str, Any] = field(default_factory=lambda: {"processed_at": AT})
    decisions: list[str] = field(default_factory=lambda: ["insert", "complete"])
    events: list[dict[str, Any]] = field(
        default_factory=lambda: [
            _event(UPLOAD, "video.upload.completed"),
            _event(VIDEO, "video.created"),
        ]
    )

    def audited(self, *, published: int = 2) -> Audit:
        said = Acknowledged()
        said.init(AnsweredInit(USER, MD5, UPLOAD, VIDEO, True, AT))
        said.videos[VIDEO] = AT
        said.news[KEY] = AT
        books: Any = Books(
            uploads={UPLOAD: self.upload} if self.upload else {},  # type: ignore[dict-item]  # rows
            videos={VIDEO: self.video, **self.others},  # type: ignore[dict-item]  # are mappings
            inbox={KEY: self.news},  # type: ignore[dict-item]
            decisions={UPLOAD: self.decisions},
            events=self.events,  # type: ignore[arg-type]
        )
        topic: Any = SimpleNamespace(
            published=[
                SimpleNamespace(attributes={"event_id": str(each["event_id"])})
                for each in self.events[:published]
            ]
        )
        return audit(books, said, topic)


def test_sound_books_raise_nothing() -> None:
    assert Case().audited() == Audit()


def test_an_upload_that_is_gone_or_was_made_again_is_lost() -> None:
    assert f"upload {UPLOAD}" in Case(upload={}).audited().lost
    remade = Case()
    remade.upload["created_at"] = LATER
    assert remade.audited().lost == [f"upload {UPLOAD}, made again after it was answered"]


def test_a_video_that_was_made_again_is_lost() -> None:
    remade = Case()
    remade.video["created_at"] = LATER
    assert remade.audited().lost == [f"video {VIDEO}"]


def test_news_that_was_redone_after_its_answer_is_lost() -> None:
    assert Case(news={"processed_at": LATER}).audited().lost == [f"news {KEY}"]


def test_a_completion_after_its_answer_is_lost() -> None:
    late = Case()
    late.upload["completed_at"] = LATER
    assert late.audited().lost == [f"completion of {UPLOAD}"]


def test_an_event_that_nobody_got_or_wrote_is_lost() -> None:
    assert len(Case().audited(published=1).lost) == 1
    unwritten = Case()
    unwritten.events = unwritten.events[1:]
    assert unwritten.audited().lost == [f"completed of {UPLOAD}, never announced"]


def test_a_second_end_is_a_double_transition_and_a_second_event_a_duplicate() -> None:
    twice = Case(decisions=["insert", "complete", "complete"])
    assert len(twice.audited().double_transitions) == 1
    doubled = Case()
    doubled.events.append(_event(UPLOAD, "video.upload.completed"))
    assert len(doubled.audited(published=3).duplicate_events) == 1


def test_two_videos_of_one_file_are_a_double_transition() -> None:
    copied = Case(others={uuid.uuid4(): Case().video})
    assert copied.audited().double_transitions == [f"2 videos of gs://bucket/{NAME}"]


def test_what_nobody_was_told_of_is_named() -> None:
    stranger = uuid.uuid4()
    found = Case(others={stranger: Case().video | {"raw_file_reference": None}}).audited()
    assert found.others == [f"video {stranger}, which nobody was told of"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("content_md5", "1" * 32), ("status", "failed"), ("video_id", None), ("gcs_generation", "8")],
)
def test_an_upload_that_ended_otherwise_than_it_should_is_named(
    column: str, value: str | None
) -> None:
    wrong = Case()
    wrong.upload[column] = value
    assert [line.split(" is ")[0] for line in wrong.audited().others] == [f"upload {UPLOAD}"]
