"""The outside world: each package implements ports of the application and knows no other."""
