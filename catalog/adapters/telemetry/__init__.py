"""What Catalog tells of itself, by OpenTelemetry."""
