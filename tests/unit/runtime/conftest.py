"""Fixtures of the settings' tests."""

import pytest

from tests.unit.runtime.environment import DSN, Environment


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Environment:
    """Nothing is set."""
    return Environment(monkeypatch)


@pytest.fixture
def environment(bare: Environment) -> Environment:
    """Nothing is set but the address of a database."""
    bare.set(DATABASE_URL=DSN)
    return bare
