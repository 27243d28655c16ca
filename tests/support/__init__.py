"""What tests share: databases, builders, the running service."""
