"""A real dbt project on the sample shop: imported, broken, and gated."""
