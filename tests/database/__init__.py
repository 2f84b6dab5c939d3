"""On a real PostgreSQL."""
