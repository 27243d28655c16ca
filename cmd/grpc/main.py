"""Runs the service: python -P cmd/grpc/main.py --conf configs/config.yaml."""

import sys

from catalog.cli.main import run

if __name__ == "__main__":
    sys.argv.insert(1, "serve")
    run()
