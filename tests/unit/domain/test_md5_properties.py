"""MD5 digests in the two notations they travel in: hexadecimal by phones, base64 by storage."""

import base64
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.domain.values import Md5

# A busy machine is no reason to fail.
unhurried = settings(deadline=None)
digests = st.binary(min_size=16, max_size=16)
hex_digits = st.text(string.hexdigits, min_size=32, max_size=32)


@unhurried
@given(digests)
def test_both_notations_of_a_digest_are_one_value(digest: bytes) -> None:
    from_hex = Md5.parse(digest.hex())
    assert from_hex == Md5.from_base64(base64.b64encode(digest).decode())
    assert from_hex is not None
    assert bytes.fromhex(from_hex.hex) == digest


@unhurried
@given(hex_digits)
def test_either_case_is_accepted_and_lowered(text: str) -> None:
    parsed = Md5.parse(text)
    assert parsed is not None
    assert parsed.hex == text.lower()
    assert Md5.parse(text.upper()) == parsed


@unhurried
@given(st.text(max_size=40))
def test_text_that_is_not_32_hexadecimal_digits_is_none(text: str) -> None:
    assume(len(text) != 32 or not set(text) <= set(string.hexdigits))
    assert Md5.parse(text) is None


@unhurried
@given(st.binary(max_size=40))
def test_base64_of_any_other_length_is_none(content: bytes) -> None:
    assume(len(content) != 16)
    assert Md5.from_base64(base64.b64encode(content).decode()) is None


@unhurried
@given(st.text(max_size=30))
def test_whatever_the_text_base64_never_raises(text: str) -> None:
    read = Md5.from_base64(text)
    assert read is None or base64.b64decode(text) == bytes.fromhex(read.hex)


@unhurried
@given(hex_digits)
def test_only_lower_case_makes_a_value(text: str) -> None:
    assume(text != text.lower())
    with pytest.raises(ValueError, match="lower-case"):
        Md5(text)


@pytest.mark.parametrize(
    "text", ["é" * 32, "\u0660" * 32, "a" * 32 + "\n", " " + "a" * 32, "0x" + "a" * 30]
)
def test_look_alikes_of_hexadecimal_digits_are_none(text: str) -> None:
    assert Md5.parse(text) is None


@pytest.mark.parametrize(
    "text", ["1B2M2Y8AsgTpgAmY7PhCfg==\n", "1B2M2Y8AsgTpgAmY7PhCfg", " ", "é=="]
)
def test_look_alikes_of_base64_are_none(text: str) -> None:
    assert Md5.from_base64(text) is None
