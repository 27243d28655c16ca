"""Deletes, sweeps and prunes: python -P cmd/tasks/gc/main.py --conf configs/config.yaml."""

import sys

from catalog.cli.main import run

if __name__ == "__main__":
    sys.argv[1:1] = ["work", "deletions", "waiting_sweep", "bucket_sweep", "pruning"]
    run()
