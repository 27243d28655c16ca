"""Scenarios by size: small ones are called by the suite, large ones by `make torture`."""
