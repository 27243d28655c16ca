"""What is logged of an exception never holds its text."""

from types import ModuleType

import pytest

from catalog.adapters.grpc import faults as grpc_faults
from catalog.adapters.grpc.identity import IdentityReader
from catalog.adapters.http import faults as http_faults

CANARY = "postgres://user:hunter2@db"

both = pytest.mark.parametrize("faults", [grpc_faults, http_faults])


def caught(cause: Exception | None = None) -> Exception:
    """An exception that passed through our code."""
    try:
        try:
            IdentityReader([])
        except ValueError as inner:
            raise cause or RuntimeError(CANARY) from inner
    except Exception as fault:  # noqa: BLE001 - any kind may be asked for
        return fault
    raise AssertionError


@both
def test_types_of_the_whole_chain_and_our_place_are_named(faults: ModuleType) -> None:
    told = faults.describe_fault(caught())
    assert told["error_types"] == "builtins.RuntimeError < builtins.ValueError"
    assert told["error_at"].startswith("catalog.adapters.grpc.identity:")
    assert told["error_at"].endswith(" in __init__")


@both
def test_no_text_is_told(faults: ModuleType) -> None:
    assert CANARY not in str(faults.describe_fault(caught(ValueError(CANARY))))


@both
def test_a_ring_of_causes_ends(faults: ModuleType) -> None:
    first, second = ValueError("1"), ValueError("2")
    first.__cause__, second.__cause__ = second, first
    assert faults.describe_fault(first)["error_types"].count("ValueError") == 2


@both
def test_an_exception_from_elsewhere_has_no_place(faults: ModuleType) -> None:
    assert faults.describe_fault(ValueError())["error_at"] == ""
