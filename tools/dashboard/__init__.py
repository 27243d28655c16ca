"""The Grafana dashboard, made from a compact description."""
