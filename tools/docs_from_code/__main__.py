"""Writes the pages, or with --check fails when one is not what the code gives today."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.docs_from_code import configuration_page, errors_page, events_page, metrics_page

REPOSITORY = Path(__file__).parents[2]
PAGES: Mapping[str, Callable[[], str]] = {
    "docs/configuration.md": configuration_page.render,
    "docs/errors.md": errors_page.render,
    "docs/events.md": events_page.render,
    "docs/metrics.md": metrics_page.render,
}


def stale(root: Path) -> list[str]:
    """Name the pages below `root` that differ from what would be written, or are missing."""
    return [name for name, render in PAGES.items() if _kept(root / name) != render()]


def write(root: Path) -> None:
    """Write every page below `root`."""
    for name, render in PAGES.items():
        (root / name).write_text(render(), "utf-8")


def main(arguments: list[str]) -> int:
    """Write, or compare and say what to do."""
    if arguments != ["--check"]:
        write(REPOSITORY)
        return 0
    found = stale(REPOSITORY)
    for name in found:
        print(f"{name}: not what the code says; run `make docs`", file=sys.stderr)
    return 1 if found else 0


def _kept(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
