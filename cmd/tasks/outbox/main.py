"""Runs the outbox relay: python -P cmd/tasks/outbox/main.py --conf configs/config.yaml."""

import sys

from catalog.cli.main import run

if __name__ == "__main__":
    sys.argv[1:1] = ["work", "outbox", "outbox_pruning"]
    run()
