"""The HTTP sidecar: storage events pushed by Pub/Sub, and health."""
