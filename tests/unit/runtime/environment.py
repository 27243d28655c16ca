"""An environment in which nothing is set but what a test sets."""

import os
from pathlib import Path

import pytest
import yaml

from catalog.runtime.config import ConfigError, load

DSN = "postgresql://catalog:secret@db.example:5432/catalog"


class Environment:
    """The process's variables that concern the settings."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        for name in list(os.environ):
            if name.upper().startswith("CATALOG_"):
                monkeypatch.delenv(name)
        for name in ("DATABASE_URL", "UPLOADS_FEATURE_ENABLED"):
            monkeypatch.delenv(name, raising=False)

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)


def a_file(folder: Path, **sections: object) -> Path:
    """A settings file with these sections."""
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(sections))
    return path


def problems(path: Path | None = None, *, serving: bool = False) -> list[str]:
    """What is wrong with the settings, which something must be."""
    with pytest.raises(ConfigError) as refused:
        load(path, serving=serving)
    assert str(refused.value) == "\n".join(refused.value.problems)
    return refused.value.problems
