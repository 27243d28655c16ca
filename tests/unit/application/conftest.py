"""The world that every use case is tried in."""

import pytest

from tests.support.world import World, memory_world


@pytest.fixture
def world() -> World:
    return memory_world()
