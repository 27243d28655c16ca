"""What torture runs share: where figures go, and the page that `make torture` makes of them."""

import time
from pathlib import Path

import pytest

from tests.torture.figures import Figures
from tests.torture.page import Session, page

_FIGURES = pytest.StashKey[Figures]()
_STARTED = pytest.StashKey[float]()
_SENT = "torture_figures"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--torture-page", type=Path, help="Write what was measured there.")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = Figures()
    config.stash[_STARTED] = time.monotonic()


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    """Where runs put what they measured."""
    return pytestconfig.stash[_FIGURES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take over what a worker measured."""
    config, sent = node.config, node.workeroutput  # type: ignore[attr-defined]  # xdist's, untyped
    config.stash[_FIGURES].take(sent.get(_SENT, []))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Hand figures to the controller, or write the page where everything passed."""
    config = session.config
    measured = config.stash[_FIGURES]
    if hasattr(config, "workeroutput"):
        config.workeroutput[_SENT] = measured.plain()
        return
    path: Path | None = config.getoption("--torture-page")
    if path is None or exitstatus != pytest.ExitCode.OK:
        return
    seed = config.getoption("randomly_seed", None)
    seconds = time.monotonic() - config.stash[_STARTED]
    path.write_text(page(Session(measured.measurements, seconds, str(seed))), "utf-8")
