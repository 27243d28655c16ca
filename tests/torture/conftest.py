"""What torture runs share: where figures go, and the page that `make torture` makes of them."""

import json
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
    parser.addoption(
        "--torture-figures", type=Path, help="Add what was measured to what this file has."
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_FIGURES] = Figures()
    config.stash[_STARTED] = time.monotonic()
    kept: Path | None = config.getoption("--torture-figures")
    if kept is not None and kept.exists():
        earlier = json.loads(kept.read_text("utf-8"))
        config.stash[_FIGURES].take(earlier["figures"])
        config.stash[_STARTED] -= earlier["seconds"]


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
    if exitstatus != pytest.ExitCode.OK:
        return
    seconds = time.monotonic() - config.stash[_STARTED]
    kept: Path | None = config.getoption("--torture-figures")
    if kept is not None:
        kept.write_text(json.dumps({"figures": measured.plain(), "seconds": seconds}), "utf-8")
    path: Path | None = config.getoption("--torture-page")
    if path is not None:
        seed = str(config.getoption("randomly_seed", None))
        path.write_text(page(Session(measured.measurements, seconds, seed)), "utf-8")
