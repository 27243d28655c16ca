"""What is measured, family by family."""
