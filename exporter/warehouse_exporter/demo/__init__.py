"""The sample shop: a Postgres of its own, a warehouse inside it, and ways to break it."""
