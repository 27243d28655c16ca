"""The local stack: PostgreSQL, emulator and service on a laptop, with no account and no root."""
