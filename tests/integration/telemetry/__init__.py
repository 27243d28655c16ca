"""Tests of what Catalog tells of itself."""
