"""Faults as JSON: what is understood, what is refused, how often they strike."""

from typing import Any

import pytest

from catalog.emulator.fault_switches import FaultSwitches, decode
from catalog.emulator.faults import KINDS, ClockJump, Delay, Drop, Duplicate, StorageError

REQUIRED: dict[str, dict[str, Any]] = {
    "delay": {"seconds": 1},
    "stall": {"seconds": 0.5},
    "publish_stall": {"seconds": 0.5},
    "cut": {"after_bytes": 10},
    "clock": {"seconds": -5},
    "generation": {"value": 7},
}


@pytest.mark.parametrize("name", [kind.NAME for kind in KINDS])
def test_every_fault_can_be_set_by_its_name_and_read_back(name: str) -> None:
    switches = FaultSwitches()
    switches.set(*decode({name: REQUIRED.get(name, {})}))
    assert set(switches.as_json()) == {name}
    switches.clear()
    assert switches.as_json() == {}


@pytest.mark.parametrize(
    "body",
    [
        [], {"nothing": {}}, {"drop": 3}, {"drop": {"unknown": 1}}, {"delay": {}},
        {"delay": {"seconds": "1"}}, {"delay": {"seconds": True}}, {"delay": {"seconds": -1}},
        {"duplicate": {"extra": 0}}, {"duplicate": {"extra": 1.5}}, {"drop": {"times": 0}},
        {"reorder": {"hold": 1}}, {"storage_error": {"status": 200}},
        {"storage_error": {"operation": "rename"}}, {"cut": {"after_bytes": -1}},
        {"cut": {}}, {"cut": {"after_bytes": 1, "at_offset": 1}},
        {"generation": {"value": 2**63}}, {"wrong_md5": {"md5_base64": "AAAA"}},
        {"clock": {"seconds": 5, "times": 1}}, {"drop": {"object": 4}},
        {"publish_error": {"status": "OK"}}, {"publish_error": {"status": "NO_SUCH"}},
        {"publish_stall": {}}, {"publish_stall": {"seconds": -1}},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(body: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(body)


def test_a_fault_strikes_as_often_as_told_and_only_the_objects_it_names() -> None:
    switches = FaultSwitches()
    switches.set(Drop(times=2, object="videos/a*"))
    struck = [
        switches.take(Drop, name) is not None for name in ("b", "videos/ab", "videos/a", "videos/a")
    ]
    assert struck == [False, True, True, False]
    assert not switches.is_set(Drop)


def test_a_fault_may_concern_one_operation() -> None:
    switches = FaultSwitches()
    switches.set(StorageError(operation="put"), StorageError(operation="stat", status=500))
    assert switches.take(StorageError, "a", "list") is None
    found = switches.take(StorageError, "a", "stat")
    assert found is not None
    assert found.status == 500


def test_setting_a_kind_replaces_it_and_leaves_the_others() -> None:
    switches = FaultSwitches()
    switches.set(Duplicate(extra=1), Delay(seconds=1))
    switches.set(Duplicate(extra=5))
    assert switches.as_json()["duplicate"][0]["extra"] == 5
    assert switches.is_set(Delay)


def test_the_clock_offset_is_there_until_cleared() -> None:
    switches = FaultSwitches()
    switches.set(ClockJump(seconds=60))
    assert switches.clock_offset_seconds == 60
    switches.clear(ClockJump)
    assert switches.clock_offset_seconds == 0
