"""From `:name` to `$n`, and from fragments to whole queries."""

import pytest

from catalog.adapters.postgres.queries import Query, load


def test_names_become_numbers_in_their_order_and_repeat() -> None:
    query = Query("q", "SELECT :b, :a, :b::text[]")
    assert query.text == "SELECT $1, $2, $1::text[]"
    assert query.parameters == ["b", "a"]
    assert list(query.arguments({"a": 1, "b": 2})) == [2, 1]


@pytest.mark.parametrize(
    "text",
    ["SELECT 'a :b c'", "SELECT 'it''s :b'", "SELECT 1 -- for :b\n, 2", "SELECT now()::date"],
)
def test_texts_comments_and_casts_are_left_alone(text: str) -> None:
    query = Query("q", text)
    assert (query.text, query.parameters) == (text, [])


@pytest.mark.parametrize("values", [{}, {"a": 1}, {"a": 1, "b": 2, "c": 3}, {"a": 1, "c": 2}])
def test_other_values_than_the_parameters_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="takes"):
        Query("q", "SELECT :a, :b").arguments(values)


def test_the_refusal_names_no_value() -> None:
    with pytest.raises(TypeError) as refusal:
        Query("q", "SELECT :a").arguments({"token": "hush"})
    assert "hush" not in str(refusal.value)


def test_fragments_are_pasted_in() -> None:
    for query in load("uploads.sql").values():
        assert "@" not in query.text
    assert "upload_id, user_id, video_id" in load("uploads.sql")["get_upload"].text


def test_a_file_is_compiled_once() -> None:
    assert load("videos.sql") is load("videos.sql")
