"""Somebody on call: the `catalog` command with the service's settings in its environment."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from catalog.cli import main
from tests.support.commands import REPOSITORY, Ended, run


@dataclass(frozen=True, slots=True)
class Operator:
    dsn: str
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    async def run(self, *arguments: str) -> Ended:
        """Run a command to its end."""
        environment = {
            "DATABASE_URL": self.dsn,
            "PYTHONPATH": str(REPOSITORY),
            **self.settings,
        }
        return await run(*arguments, folder=self.folder, environment=environment)

    async def told(self, *arguments: str, code: int = 0) -> Any:
        """Run a command with --json; what it printed."""
        ended = await self.run(*arguments, "--json")
        assert ended.code == code, ended.err
        assert ended.out.count("\n") == 1
        return json.loads(ended.out)


class Desk:
    """The same command in the test's own process: quick, where no server shares its loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(
        self, dsn: str | None, arguments: Sequence[str], settings: Mapping[str, str] | None = None
    ) -> Ended:
        """Run a command to its end."""
        named = {"DATABASE_URL": dsn} if dsn is not None else {}
        for name, value in {**named, **(settings or {})}.items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.setattr(sys, "argv", ["catalog", *arguments])
        with pytest.raises(SystemExit) as ended:
            main.run()
        out, err = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, out, err)

    def told(self, dsn: str | None, *arguments: str) -> Any:
        """Run a command with --json; what it printed."""
        ended = self.run(dsn, (*arguments, "--json"))
        assert ended.code == 0, ended.err
        return json.loads(ended.out)

    def refuses(
        self,
        dsn: str | None,
        arguments: Sequence[str],
        code: int,
        words: str,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Run a command that must end with `code` and one line that holds the words."""
        ended = self.run(dsn, arguments, settings)
        assert (ended.code, ended.out) == (code, "")
        assert ended.err.startswith("catalog: ")
        assert ended.err.count("\n") == 1
        assert words in ended.err
        assert "hunter2" not in ended.err


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """For synchronous tests: the command runs a loop of its own."""
    return Desk(monkeypatch, capsys)
