"""Operators' commands beside `make run`: they find it as `catalog upload` does."""

import json
from pathlib import Path

import pytest

from tests.e2e.operators import Desk, desk
from tests.support.emptied_database import emptied_database, shared_database

__all__ = ["desk", "emptied_database", "shared_database"]
NOWHERE = "postgresql://catalog:hunter2@127.0.0.1:1/catalog"
GCS = "http://127.0.0.1:1"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / ".local").mkdir()
    return tmp_path


def write_stack(folder: Path, **entries: object) -> None:
    (folder / ".local" / "stack.json").write_text(json.dumps(entries))


def test_the_local_stack_is_operated_where_nothing_else_is_named(
    desk: Desk, folder: Path, emptied_database: str
) -> None:
    write_stack(folder, dsn=emptied_database, bucket="catalog-uploads", gcs=GCS)
    assert desk.told(None, "outbox", "list") == {"events": [], "next_after": None}
    settled = desk.told(None, "inbox", "replay", "--all-quarantined")
    assert settled == {"settled": 0, "left": 0, "results": []}


@pytest.mark.parametrize(
    "named",
    [
        {"DATABASE_URL": NOWHERE},
        {"CATALOG_DATABASE__URL": NOWHERE},
        {"CATALOG_GCS__BUCKET": "videos", "DATABASE_URL": NOWHERE},
    ],
)
def test_a_database_that_was_named_comes_before_the_local_stack(
    desk: Desk, folder: Path, emptied_database: str, named: dict[str, str]
) -> None:
    write_stack(folder, dsn=emptied_database, bucket="catalog-uploads", gcs=GCS)
    desk.refuses(None, ("outbox", "list"), 1, "the database cannot be used", named)


def test_a_settings_file_comes_before_the_local_stack(
    desk: Desk, folder: Path, emptied_database: str
) -> None:
    write_stack(folder, dsn=emptied_database, bucket="catalog-uploads", gcs=GCS)
    (folder / "dsn").write_text(NOWHERE)
    (folder / "conf.yaml").write_text("database:\n  url_file: dsn\n")
    words = "the database cannot be used"
    desk.refuses(None, ("outbox", "list", "--conf", "conf.yaml"), 1, words)


def test_settings_of_another_bucket_are_not_mixed_with_the_local_stack(
    desk: Desk, folder: Path, emptied_database: str
) -> None:
    """A real bucket against the stack's empty database would be nothing but orphans."""
    write_stack(folder, dsn=emptied_database, bucket="catalog-uploads", gcs=GCS)
    ended = desk.run(None, ("gc", "run"), {"CATALOG_GCS__BUCKET": "videos"})
    assert ended.code == 2
    assert "DATABASE_URL" in ended.err


def test_without_a_stack_it_is_said_how_to_name_a_database(desk: Desk, folder: Path) -> None:
    ended = desk.run(None, ("outbox", "list"))
    assert ended.code == 2
    assert "DATABASE_URL" in ended.err
