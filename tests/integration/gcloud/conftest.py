"""One project set up by the script itself; tests work on copies of it."""

from pathlib import Path

import pytest

from tests.integration.gcloud.cloud import Cloud, Ended


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cloud, Ended]:
    """A project on which the script ran once, and how that ended."""
    cloud = Cloud(tmp_path_factory.mktemp("gcloud") / "first")
    return cloud, cloud.run()


@pytest.fixture
def fresh(tmp_path: Path) -> Cloud:
    """A project with nothing in it."""
    return Cloud(tmp_path / "cloud")


@pytest.fixture
def cloud(first_run: tuple[Cloud, Ended], tmp_path: Path) -> Cloud:
    """A project that is set up as it should be."""
    return Cloud.copy(first_run[0], tmp_path / "cloud")
