"""Stories and pages as people and programs see them."""

import json
from datetime import UTC, datetime

import pytest

from catalog.application.operations_records import HistoryLine, InboxKey, KeptEvent
from catalog.application.story import tell
from catalog.cli.tables import show_json, show_page, show_table

AT = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
ROWS: list[dict[str, object]] = [{"key": "a", "size": 1}, {"key": "b", "size": None}]


def test_rows_of_one_transaction_are_told_as_cause_and_consequence() -> None:
    decided = HistoryLine(AT, "push", "finalize", "complete", {})
    pushed = KeptEvent(
        InboxKey.parse("bucket/name#7"), "m", "push", AT, AT, "completed", None, None
    )

    assert [line.kind for line in tell([decided], [pushed], [], [])] == ["push", "decision"]


def test_what_strangers_sent_forges_no_line_of_a_story(capsys: pytest.CaptureFixture[str]) -> None:
    sent = {"content_type": "video/mp4\n2026-01-01  user  cancel\x1b[2J"}
    lines = tell([HistoryLine(AT, "push", "finalize", "fail", sent)], [], [], [])

    show_table(("at", "what"), [(line.at, line.spoken()) for line in lines])

    out = capsys.readouterr().out
    assert len(out.splitlines()) == 3
    assert "\x1b" not in out
    assert "content_type=video/mp4?2026-01-01" in out


def test_cells_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("key",), [("[red]x[/]",)])

    assert "[red]x[/]" in capsys.readouterr().out


def test_a_page_tells_programs_where_the_next_one_begins(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_page("events", ("key",), ROWS, 1, "key", as_json=True)
    show_page("events", ("key",), ROWS, 2, "key", as_json=True)

    first, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"events": ROWS[:1], "next_after": "a"}
    assert last == {"events": ROWS, "next_after": None}


def test_a_page_tells_people_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    show_page("events", ("key", "size"), ROWS, 1, "key", as_json=False)
    show_page("events", ("key", "size"), [], 1, "key", as_json=False)

    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()] == [["key", "size"], ["a", "1"]]
    assert err == "catalog: there is more: --after a\ncatalog: no events\n"


def test_times_are_told_to_programs_with_their_zone(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"at": AT})

    assert json.loads(capsys.readouterr().out) == {"at": "2026-11-21T12:00:00.123456+00:00"}


@pytest.mark.parametrize(
    ("key", "source"),
    [("msg:1", "gcs-quarantine"), ("sha256:00", "gcs-quarantine"), ("bucket/a:b#1", "gcs")],
)
def test_a_key_tells_its_source(key: str, source: str) -> None:
    assert InboxKey.parse(key).source == source
