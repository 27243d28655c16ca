"""Documents lead where they say they lead."""

from pathlib import Path

import pytest

from tests.architecture.markdown import Page, pages
from tests.architecture.source import REPOSITORY


def test_every_link_and_path_of_every_page_leads_somewhere() -> None:
    found = pages(REPOSITORY)
    assert len(found) > 10
    assert [broken for page in found for broken in page.broken()] == []


@pytest.mark.parametrize(
    "text",
    [
        "[gone](gone.md)",
        "[outside](../outside.md)",
        "[no such heading](#nowhere)",
        "[a second one is not there](other.md#twice-2)",
        "[with [brackets]](gone.md)",
        "[by reference][1]\n\n[1]: gone.md",
        "`docs/gone.md`",
        "run `tool docs/gone/`",
        "`elsewhere/gone.py`",
    ],
)
def test_what_leads_nowhere_is_found(text: str, tmp_path: Path) -> None:
    assert len(list(_page(tmp_path, text).broken())) == 1


@pytest.mark.parametrize(
    "text",
    [
        "[a page](other.md), [its heading](other.md#the-sessions-uri--done), [here](#title)",
        "[the second of its name](other.md#twice-1)",
        "[a folder](../docs/), [the world](https://example.com/gone.md)",
        "`docs/other.md`, `docs/*.md`, `video/mp4`, `docs/NNN_new.md`, `[not](a-link.md)`",
        "```\n[code](gone.md) `docs/gone.md`\n```",
    ],
)
def test_what_leads_somewhere_is_fine(text: str, tmp_path: Path) -> None:
    assert list(_page(tmp_path, text).broken()) == []


def _page(root: Path, text: str) -> Page:
    folder = root / "docs"
    folder.mkdir()
    (folder / "other.md").write_text("# The session's `URI` & done\n\n## Twice\n\n## Twice\n")
    (folder / "page.md").write_text(f"# Title\n\n{text}\n")
    return Page(root, folder / "page.md")
