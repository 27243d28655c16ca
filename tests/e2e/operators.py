"""Somebody on call: the `catalog` command with the service's settings in its environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.commands import REPOSITORY, Ended, run


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
