"""Fixtures for all tests; each lives in tests/support."""

pytest_plugins = ["tests.support.postgres", "tests.support.service"]
