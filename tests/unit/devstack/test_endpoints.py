"""The file of a stack's endpoints."""

import json
from dataclasses import replace
from pathlib import Path

from catalog.devstack.endpoints import Endpoints

ENDPOINTS = Endpoints(
    grpc="127.0.0.1:1",
    http="http://127.0.0.1:2",
    metrics="http://127.0.0.1:5/metrics",
    gcs="http://127.0.0.1:3",
    pubsub="http://127.0.0.1:3",
    certs_url="http://127.0.0.1:3/certs",
    bucket="bucket",
    dsn="postgresql://user:c4n4ry@127.0.0.1:4/catalog",
)


def test_the_file_is_written_whole_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / ".local" / "stack.json"
    ENDPOINTS.write(file)
    assert json.loads(file.read_text())["dsn"] == ENDPOINTS.dsn
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_others_could_read_is_replaced_by_one_they_cannot(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    for path in (file, file.with_suffix(".new")):
        path.write_text("old")
        path.chmod(0o644)
    ENDPOINTS.write(file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_stack_removes_its_own_file_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    ENDPOINTS.remove(file)
    ENDPOINTS.write(file)
    replace(ENDPOINTS, grpc="127.0.0.1:9").remove(file)
    assert file.exists()
    ENDPOINTS.remove(file)
    assert not file.exists()


def test_neither_print_nor_repr_shows_the_database() -> None:
    assert "c4n4ry" not in f"{ENDPOINTS!r} {ENDPOINTS.shown()}"
