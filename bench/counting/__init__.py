"""What calls ask of others, counted outside of the service: chance has no part in it."""
