"""Catalog: the control plane of mobile video uploads to Google Cloud Storage."""
