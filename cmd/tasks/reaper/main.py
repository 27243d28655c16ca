"""Ends sessions by the clock: python -P cmd/tasks/reaper/main.py --conf configs/config.yaml."""

import sys

from catalog.cli.main import run

if __name__ == "__main__":
    sys.argv[1:1] = ["work", "reaper"]
    run()
