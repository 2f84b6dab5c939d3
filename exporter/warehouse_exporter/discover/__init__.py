"""`init` from a database or a dbt project: proposes datasets, keys, checks and limits."""
