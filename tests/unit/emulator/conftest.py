"""One key for all tests of signatures: making one takes long."""

import pytest

from catalog.emulator.keys import SigningKey


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.generate()
