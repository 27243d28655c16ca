"""configs/config.yaml says what the settings model says."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog.runtime.config import Config, load
from tests.unit.runtime.environment import DSN, Environment, a_file, problems

FILE = Path(__file__).parents[3] / "configs" / "config.yaml"
CONTENT: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))


def test_the_file_holds_the_defaults(environment: Environment) -> None:
    expected: Any = {"database": {"url": DSN}}
    assert load(FILE) == Config(**expected)


def test_the_file_has_every_setting_and_no_other() -> None:
    model = {
        name: sorted(field.annotation.model_fields)
        for name, field in Config.model_fields.items()
        if field.annotation is not None and hasattr(field.annotation, "model_fields")
    }
    assert {name: sorted(section) for name, section in CONTENT.items()} == model
    assert len(model) == len(Config.model_fields)


def test_every_setting_has_a_comment_of_its_own_or_of_its_group() -> None:
    lines = FILE.read_text("utf-8").splitlines()
    sections = {f"{name}:" for name in CONTENT}
    uncommented = [
        lines[number]
        for number in range(1, len(lines))
        if lines[number] in sections and not lines[number + 1].lstrip().startswith("#")
    ]
    assert uncommented == []


@pytest.mark.parametrize("text", ["", "# nothing\n", "server:\n", "server: {}\n"])
def test_an_empty_file_or_section_means_the_defaults(
    environment: Environment, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    assert load(file) == load(None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"server: [", "is not YAML"),
        (b"\xff", "is not YAML"),
        (b"- server", "must be a mapping of sections"),
        (b"text", "must be a mapping of sections"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    environment: Environment, tmp_path: Path, text: bytes, problem: str
) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(text)
    assert problems(file) == [f"{file}: {problem}"]


def test_a_missing_file_is_named(environment: Environment, tmp_path: Path) -> None:
    file = tmp_path / "none.yaml"
    assert problems(file) == [f"{file}: cannot be read (No such file or directory)"]


def test_the_database_address_is_refused_in_the_file_and_not_repeated(
    bare: Environment, tmp_path: Path
) -> None:
    file = a_file(tmp_path, database={"url": DSN})
    assert problems(file) == [
        "database.url: is a secret; set DATABASE_URL or database.url_file instead"
    ]


def test_the_direct_address_is_refused_in_the_file_and_not_repeated(
    environment: Environment, tmp_path: Path
) -> None:
    file = a_file(tmp_path, database={"direct_url": DSN})
    [problem] = problems(file)
    assert problem.startswith("database.direct_url: is a secret; ")
    assert DSN not in problem
