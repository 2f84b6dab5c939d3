"""The import of a dbt project."""
