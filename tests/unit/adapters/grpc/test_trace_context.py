"""Only a well-formed trace context is passed on."""

import pytest

from catalog.adapters.grpc.trace_context import checked_traceparent

GOOD = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_well_formed_value_stays_as_it_is() -> None:
    assert checked_traceparent(GOOD) == GOOD


@pytest.mark.parametrize(
    "value",
    [
        "",
        GOOD.upper(),
        GOOD + "\n",
        GOOD + "-extra",
        "ff" + GOOD[2:],
        GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32),
        GOOD.replace("00f067aa0ba902b7", "0" * 16),
        GOOD.replace("-", ""),
        GOOD.encode(),
    ],
)
def test_anything_else_is_ignored(value: str | bytes) -> None:
    assert checked_traceparent(value) is None
