"""Every port in memory, for tests: what the real adapters mean, without their I/O."""
