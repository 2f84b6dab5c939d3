"""What the exporter costs the warehouse, measured beside SQL written by hand: `make bench`."""
