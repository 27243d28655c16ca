"""Tests of figures and spans by OpenTelemetry."""
