"""Bodies of strangers on a terminal."""

import pytest

from catalog.cli.raw_bytes import safe_text


def test_text_is_shown_as_it_is() -> None:
    shown = safe_text('{"näme":\n\t"x"}'.encode())

    assert (shown.encoding, shown.text) == ("utf-8", '{"näme":\n\t"x"}')
    assert not shown.cut


@pytest.mark.parametrize(
    "raw", [b"\x1b[2Jgone", b"\x00", b"\xff\xfe", b"a\rb", "\u202egpj".encode(), b"\x9b31m"]
)
def test_what_a_terminal_would_obey_is_dumped(raw: bytes) -> None:
    shown = safe_text(raw)

    assert shown.encoding == "hex"
    assert all(c.isprintable() or c == "\n" for c in shown.text)


def test_a_dump_shows_offset_bytes_and_what_can_be_read() -> None:
    assert safe_text(b"\x00abc").text == f"00000000  {'00 61 62 63':<47}  |.abc|"


def test_a_long_dump_is_cut_and_says_so() -> None:
    shown = safe_text(b"\x00" * 5000)

    assert shown.cut
    assert (shown.shown_bytes, shown.total_bytes) == (2048, 5000)
    assert shown.text.count("\n") == 127


def test_nothing_kept_is_nothing_shown() -> None:
    assert safe_text(None).encoding == "none"
