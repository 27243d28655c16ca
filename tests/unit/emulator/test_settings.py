"""Where an emulator agrees to listen."""

from pathlib import Path

import pytest

from catalog.emulator import EmulatorSettings, NonLoopbackHostError
from catalog.emulator.settings import is_loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "example.org", ""])
def test_other_machines_are_let_in_only_on_purpose(host: str, tmp_path: Path) -> None:
    with pytest.raises(NonLoopbackHostError, match="allow_non_loopback"):
        EmulatorSettings(data_dir=tmp_path, host=host)
    assert EmulatorSettings(data_dir=tmp_path, host=host, allow_non_loopback=True).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "::ffff:127.0.0.1"])
def test_loopback_is_recognised_in_every_spelling(host: str) -> None:
    assert is_loopback(host)


def test_settings_that_could_never_work_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bucket"):
        EmulatorSettings(data_dir=tmp_path, buckets=())
    with pytest.raises(ValueError, match="backoff"):
        EmulatorSettings(data_dir=tmp_path, redelivery_min_seconds=11)
