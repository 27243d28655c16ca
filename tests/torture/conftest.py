"""What torture runs share; the page is written by `make torture`."""

import pytest

from tests.torture.figures import Figures

_FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = Figures()


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    """Where runs put what they measured."""
    return pytestconfig.stash[_FIGURES]
