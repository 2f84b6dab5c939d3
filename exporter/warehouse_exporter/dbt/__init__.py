"""What dbt writes about a project: its manifest and the results of its last run, as plain data."""
