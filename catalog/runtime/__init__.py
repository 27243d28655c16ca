"""The only place that knows everything: settings, wiring, lifecycle, logs."""
