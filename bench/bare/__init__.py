"""The bare parts: what a path cannot do without, and nothing else."""
