"""Fixtures for all tests; each lives in tests/support."""

import os

# gRPC's handlers of fork() crash one in three children that are forked while calls are under way,
# as PostgreSQL is where root starts it as somebody else. Nothing here uses gRPC after a fork.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

pytest_plugins = ["tests.support.postgres", "tests.support.service"]
