"""The `catalog` command, on top of everything else."""
