"""The wheel alone, installed into an environment in which there is nothing else."""
