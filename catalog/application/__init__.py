"""Use cases: they decide and orchestrate ports. Free of frameworks."""
