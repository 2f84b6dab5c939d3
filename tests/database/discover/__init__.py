"""What `init --database` proposes, on a real Postgres."""
