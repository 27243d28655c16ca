"""What parsers read differently is not read at all."""

import pytest

from catalog.application.unambiguous_json import RepeatedNameError, read_json


def test_plain_documents_are_read_as_ever() -> None:
    assert read_json(' {"a": [1, 2.5, "x", null, true], "b": {"a": {}}} ') == {
        "a": [1, 2.5, "x", None, True],
        "b": {"a": {}},
    }


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '[{"b": {"a": 1, "\\u0061": 2}}]'])
def test_a_name_that_comes_twice_is_named_as_the_reason(text: str) -> None:
    with pytest.raises(RepeatedNameError):
        read_json(text)


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[Infinity]", '{"a": -Infinity}', "{} {}", "\ufeff{}", "[" * 100_000]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_json(text)
    assert not isinstance(refused.value, RepeatedNameError)
