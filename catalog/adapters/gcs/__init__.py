"""Cloud Storage: signed session starts, and a look at and removal of objects."""
