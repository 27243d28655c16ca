"""Whole stories over real sockets, real PostgreSQL and the emulator."""
