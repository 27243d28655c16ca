"""Every hot path beside its own bare parts, measured in one run: `make bench`."""
