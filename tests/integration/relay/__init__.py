"""Relays on real PostgreSQL."""
