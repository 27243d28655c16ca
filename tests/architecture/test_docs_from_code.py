"""Pages that are made from the code say what the code says today."""

from pathlib import Path

import pytest

from tests.architecture.source import REPOSITORY
from tools.docs_from_code.__main__ import PAGES, stale, write
from tools.docs_from_code.page import fill, table
from tools.docs_from_code.yaml_comments import comments


def test_every_page_is_current() -> None:
    assert stale(REPOSITORY) == [], "run `make docs`"


def test_a_page_that_was_changed_by_hand_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    write(tmp_path)
    assert stale(tmp_path) == []
    page = next(iter(PAGES))
    with (tmp_path / page).open("a") as file:
        file.write("And more.\n")
    assert stale(tmp_path) == [page]


def test_no_setting_is_without_a_meaning_of_its_own_or_of_the_one_above() -> None:
    page = (REPOSITORY / "docs" / "configuration.md").read_text()
    rows = [line for line in page.splitlines() if "<br>`CATALOG_" in line]
    assert len(rows) > 90
    assert [row for row in rows if row.endswith("|  |")] == []
    assert sum(row.endswith("| ↑ |") for row in rows) < len(rows) / 4


def test_comments_of_several_lines_belong_to_the_key_below_them() -> None:
    text = "one:\n  # A first\n  # line.\n  key: 1\n  other: 2\n\ntwo:\n  # Third.\n  key: 3\n"
    assert comments(text) == {
        ("one", "key"): "A first line.",
        ("one", "other"): "",
        ("two", "key"): "Third.",
    }


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert table(("a", "b"), [("x|y", "z")]).splitlines()[-1] == "| x\\|y | z |"


def test_a_template_without_a_place_for_a_part_is_refused() -> None:
    with pytest.raises(ValueError, match="surplus"):
        fill("errors", {"surplus": ""})
