"""The same commands for people and for CI, on requirements that are locked by hash."""

import os
import re
import subprocess
import tomllib

import pytest

from tests.architecture.source import REPOSITORY

COMMANDS = {
    *("help", "setup", "proto", "fmt", "docs", "check", "test", "test-ops", "mutants", "torture"),
    *("migrate", "run", "demo", "lock", "clean"),
}
LOCKED = sorted((REPOSITORY / "requirements").glob("*.txt"))


def test_make_help_lists_every_command() -> None:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    said = subprocess.run(
        ["make", "help"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    listed = {line.split()[1] for line in said.stdout.splitlines() if line.strip()}
    assert listed >= COMMANDS


def test_ci_runs_what_people_run() -> None:
    run = (REPOSITORY / ".ci" / "run").read_text()
    commands = re.findall(r"^(?:make|git diff) .*", run, re.MULTILINE)
    assert commands[-3:] == ["make check", "make test-ops", "make test"]
    assert {"make setup", "make proto", "git diff --exit-code -- catalog/api"} <= set(commands)
    assert ".ci/run" in (REPOSITORY / ".github" / "workflows" / "ci.yml").read_text()


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.name)
def test_requirements_are_locked_by_hash_and_name_no_address(path: str) -> None:
    text = (REPOSITORY / path).read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry and entry[0] != "#"]
    assert len(entries) > 0
    assert [entry for entry in entries if "--hash=sha256:" not in entry or "==" not in entry] == []
    assert "://" not in text
    assert "index-url" not in text


def test_the_lock_has_every_dependency() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[\[<>=;~! ]", line)[0] for line in project["dependencies"]}
    locked = (REPOSITORY / "requirements" / "runtime.txt").read_text()
    names = {line.split("==")[0] for line in locked.splitlines() if "==" in line[:80]}
    assert sorted(wanted - names) == []
