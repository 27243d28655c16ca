"""Writes deploy/grafana/catalog.json, or with --check fails when that would change it."""

import sys
from pathlib import Path

from tools.dashboard.grafana import rendered
from tools.dashboard.rows import ROWS

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "catalog.json"


def main(arguments: list[str]) -> int:
    """Write, or compare and say what to do."""
    if arguments != ["--check"]:
        DASHBOARD.write_text(rendered(ROWS), "utf-8")
        return 0
    if DASHBOARD.exists() and DASHBOARD.read_text("utf-8") == rendered(ROWS):
        return 0
    print(f"{DASHBOARD}: not what tools/dashboard says; run `make docs`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
