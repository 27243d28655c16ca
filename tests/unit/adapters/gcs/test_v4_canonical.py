"""Properties of canonical paths, queries and headers that hold for every name and value."""

import re
from random import Random
from urllib.parse import parse_qsl, unquote

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.adapters.gcs import v4

# A busy machine is no reason to fail.
unhurried = settings(deadline=None)
RESERVED = "?=!#$&'()*+,:;@[]\" %<>\\^`{|}~/-._"
names = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(RESERVED), min_size=1, max_size=80
)
parameters = st.lists(st.tuples(names, names), max_size=6, unique_by=lambda pair: pair[0])
header_names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,15}", fullmatch=True)
header_values = st.text(st.characters(codec="ascii", exclude_characters="\r\n\x00"), max_size=30)
headers = st.lists(st.tuples(header_names, header_values), min_size=1, max_size=6)


@unhurried
@given(names)
def test_a_path_decodes_to_the_name_it_came_from(name: str) -> None:
    assert unquote(v4.canonical_path(name)) == name


@unhurried
@given(names)
def test_a_path_holds_unreserved_characters_slashes_and_escapes_only(name: str) -> None:
    assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", v4.canonical_path(name))


@unhurried
@given(names)
def test_a_path_keeps_every_slash_where_it_was(name: str) -> None:
    pieces = v4.canonical_path(name).split("/")
    assert [unquote(piece) for piece in pieces] == name.split("/")


@unhurried
@given(st.from_regex(r"[A-Za-z0-9._~/-]{1,40}", fullmatch=True))
def test_encoding_what_needs_no_encoding_changes_nothing(name: str) -> None:
    assert v4.canonical_path(v4.canonical_path(name)) == name


@unhurried
@given(names, names)
def test_two_names_never_share_a_path(one: str, other: str) -> None:
    assert (v4.canonical_path(one) == v4.canonical_path(other)) == (one == other)


@unhurried
@given(parameters)
def test_a_query_decodes_to_its_parameters(pairs: list[tuple[str, str]]) -> None:
    query = v4.canonical_query(pairs)
    read = parse_qsl(query.replace("+", "%2B"), keep_blank_values=True, max_num_fields=10)
    assert sorted(read) == sorted(pairs)


@unhurried
@given(parameters, st.randoms(use_true_random=False))
def test_a_query_does_not_depend_on_the_order_given(
    pairs: list[tuple[str, str]], random: Random
) -> None:
    shuffled = [*pairs]
    random.shuffle(shuffled)
    assert v4.canonical_query(shuffled) == v4.canonical_query(pairs)


@unhurried
@given(parameters)
def test_a_query_is_sorted_by_its_encoded_names(pairs: list[tuple[str, str]]) -> None:
    encoded = [part.partition("=")[0] for part in v4.canonical_query(pairs).split("&")]
    assert encoded == sorted(encoded)


@unhurried
@given(headers)
def test_canonical_headers_are_a_fixed_point(pairs: list[tuple[str, str]]) -> None:
    once = v4.canonical_headers(pairs)
    lines = [line.partition(":")[::2] for line in once.lines.split("\n")[:-1]]
    assert v4.canonical_headers(lines) == once


@unhurried
@given(headers)
def test_header_names_are_lower_case_sorted_and_named_once(pairs: list[tuple[str, str]]) -> None:
    listed = v4.canonical_headers(pairs).names.split(";")
    assert listed == sorted({name.lower() for name, _ in pairs})


@unhurried
@given(headers)
def test_header_values_hold_no_space_at_their_ends_nor_two_in_a_row(
    pairs: list[tuple[str, str]],
) -> None:
    for line in v4.canonical_headers(pairs).lines.split("\n")[:-1]:
        value = line.partition(":")[2]
        assert value == value.strip(" ")
        assert not re.search(r"  |\t", value)


def test_repeated_headers_are_joined_by_a_comma_in_the_order_given() -> None:
    joined = v4.canonical_headers([("B", "2"), ("a", " x\t\ty "), ("b", "1")])
    assert joined == v4.CanonicalHeaders("a:x y\nb:2,1\n", "a;b")


def test_a_slash_that_leads_the_object_name_stays() -> None:
    assert v4.canonical_path("/bucket/" + "/a b") == "/bucket//a%20b"
