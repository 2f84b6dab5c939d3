"""PostgreSQL: connections, sessions, the catalogue, and what a server's errors mean."""
