"""Pub/Sub: what events look like on the wire, and whether a push is our own."""
