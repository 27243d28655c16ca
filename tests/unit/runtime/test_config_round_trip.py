"""Settings survive the way into a file or the environment and back."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from catalog.runtime.config import Config, load
from tests.unit.runtime.environment import DSN, Environment, a_file
from tests.unit.runtime.settings_values import SECRETS, Plain, plain_settings


@contextmanager
def _only(**variables: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        Environment(monkeypatch).set(DATABASE_URL=DSN, **variables)
        yield


def _from_file(plain: Plain) -> Config:
    with tempfile.TemporaryDirectory() as folder:
        return load(a_file(Path(folder), **plain))


def _plain(config: Config) -> Plain:
    sections: Plain = config.model_dump(mode="json")
    sections["database"] = {
        name: value for name, value in sections["database"].items() if name not in SECRETS
    }
    return sections


def _variables(plain: Plain) -> dict[str, str]:
    return {
        f"CATALOG_{section}__{key}".upper(): _text(value)
        for section, values in plain.items()
        for key, value in values.items()
    }


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return value if isinstance(value, str) else json.dumps(value) if value is not None else ""


@settings(max_examples=40, deadline=None)
@given(plain_settings())
def test_a_file_of_settings_gives_the_settings_back(plain: Plain) -> None:
    with _only():
        config = _from_file(plain)
        assert _from_file(_plain(config)) == config
    for section, values in plain.items():
        assert _plain(config)[section].items() >= values.items()


@settings(max_examples=40, deadline=None)
@given(plain_settings())
def test_the_environment_says_the_same_as_a_file(plain: Plain) -> None:
    with _only():
        from_file = _from_file(plain)
    with _only(**_variables(plain)):
        assert load(None) == from_file
