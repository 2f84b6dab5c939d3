"""What one more kind, baseline, receiver or engine costs, counted in a copy of the project."""
