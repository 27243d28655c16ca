"""Exactly one user, beyond doubt, or nobody."""

import base64
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.adapters.grpc.identity import USERINFO_KEY, IdentityReader
from catalog.domain.errors import IdentityInvalidError, IdentityMissingError

USER = uuid.UUID("5d1991d9-e84d-4d5f-9e57-453554f112b9")
OTHER = uuid.UUID("a69027df-4903-4ad9-abd1-abe43714f04e")
PLAIN = IdentityReader(["user_id"])
BOTH = IdentityReader(["user_id", USERINFO_KEY])


def payload(document: object, *, padded: bool = False) -> str:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    text = base64.urlsafe_b64encode(raw).decode()
    return text if padded else text.rstrip("=")


def test_the_one_canonical_uuid_is_the_user() -> None:
    assert PLAIN.user([("x-other", "1"), ("user_id", str(USER))]) == USER


@pytest.mark.parametrize("metadata", [[], [("user-id", str(USER))], [("x-user_id", str(USER))]])
def test_nobody_named_is_missing(metadata: list[tuple[str, str]]) -> None:
    with pytest.raises(IdentityMissingError):
        PLAIN.user(metadata)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "me",
        str(USER).upper(),
        str(USER) + "\n",
        " " + str(USER),
        f"{{{USER}}}",
        USER.hex,
        f"urn:uuid:{USER}",
        f"{USER},{OTHER}",
        str(USER).replace("5", "\N{FULLWIDTH DIGIT FIVE}", 1),
        b"\xff\xfe",
    ],
)
def test_any_other_spelling_is_invalid(value: str | bytes) -> None:
    with pytest.raises(IdentityInvalidError):
        PLAIN.user([("user_id", value)])


@pytest.mark.parametrize("second", [str(USER), str(OTHER), ""])
def test_two_values_are_invalid_even_when_they_agree(second: str) -> None:
    with pytest.raises(IdentityInvalidError):
        PLAIN.user([("user_id", str(USER)), ("user_id", second)])


def test_keys_are_configured_in_any_case_and_bytes_are_read_as_ascii() -> None:
    reader = IdentityReader(["User-Id-Bin"])
    assert reader.user([("user-id-bin", str(USER).encode())]) == USER


@pytest.mark.parametrize("keys", [[], ["user_id", "USER_ID"]])
def test_no_key_and_one_key_twice_are_refused_at_start(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="metadata keys"):
        IdentityReader(keys)


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize(
    "claims",
    [{"sub": str(USER)}, {"user_id": str(USER)}, {"sub": str(USER), "user_id": str(USER), "x": 1}],
)
def test_a_gateway_payload_names_the_user_by_either_claim(
    claims: dict[str, object], *, padded: bool
) -> None:
    assert BOTH.user([(USERINFO_KEY, payload(claims, padded=padded))]) == USER


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"sub": None},
        {"sub": 7},
        {"sub": [str(USER)]},
        {"sub": str(USER), "user_id": str(OTHER)},
        {"sub": str(USER), "user_id": None},
        {"sub": str(USER).upper()},
        [str(USER)],
        "text",
        b"",
        b"not json",
        b"\xff\xff",
        f'{{"sub": "{USER}", "sub": "{OTHER}"}}'.encode(),
        b"[" * 9000,
        b'{"sub": ' + b"1" * 5000 + b"}",
        b'{"sub": "\\ud800"}',
    ],
)
def test_a_doubtful_payload_is_invalid(document: object) -> None:
    with pytest.raises(IdentityInvalidError):
        BOTH.user([(USERINFO_KEY, payload(document))])


@pytest.mark.parametrize("value", ["%%%", "a", "e30=e30=", "é", "\ud800"])
def test_a_payload_that_is_not_base64_is_invalid(value: str) -> None:
    with pytest.raises(IdentityInvalidError):
        BOTH.user([(USERINFO_KEY, value)])


def test_two_keys_must_agree() -> None:
    agreeing = [("user_id", str(USER)), (USERINFO_KEY, payload({"sub": str(USER)}))]
    assert BOTH.user(agreeing) == USER
    for other in ({"sub": str(OTHER)}, {"sub": "nonsense"}, {}):
        with pytest.raises(IdentityInvalidError):
            BOTH.user([("user_id", str(USER)), (USERINFO_KEY, payload(other))])


def test_a_key_that_is_not_configured_is_not_looked_at() -> None:
    assert (
        PLAIN.user([("user_id", str(USER)), (USERINFO_KEY, payload({"sub": str(OTHER)}))]) == USER
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["user_id", USERINFO_KEY, "x"]),
            st.one_of(st.text(), st.binary(), st.just(str(USER)), st.builds(payload, st.binary())),
        ),
        max_size=4,
    )
)
def test_whatever_comes_is_a_user_or_an_unauthenticated_error(
    metadata: list[tuple[str, str | bytes]],
) -> None:
    try:
        user = BOTH.user(metadata)
    except (IdentityMissingError, IdentityInvalidError):
        return
    assert user == USER
