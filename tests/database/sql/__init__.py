"""SQL as a server understands it."""
