"""What is logged of an exception never holds its text."""

from catalog.adapters.grpc.identity import IdentityReader
from catalog.application.faults import describe_fault

CANARY = "postgres://user:hunter2@db"


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


def test_types_of_the_whole_chain_and_our_place_are_named() -> None:
    told = describe_fault(caught())
    assert told["error_types"] == "builtins.RuntimeError < builtins.ValueError"
    assert told["error_at"].startswith("catalog.adapters.grpc.identity:")
    assert told["error_at"].endswith(" in __init__")


def test_no_text_is_told() -> None:
    assert CANARY not in str(describe_fault(caught(ValueError(CANARY))))


def test_a_ring_of_causes_ends() -> None:
    first, second = ValueError("1"), ValueError("2")
    first.__cause__, second.__cause__ = second, first
    assert describe_fault(first)["error_types"].count("ValueError") == 2


def test_a_group_tells_what_broke_it() -> None:
    told = describe_fault(ExceptionGroup(CANARY, [caught(), KeyError()]))
    assert told["error_types"].split(" < ")[1:] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert told["error_at"].endswith(" in __init__")


def test_an_exception_from_elsewhere_has_no_place() -> None:
    assert describe_fault(ValueError())["error_at"] == ""
