"""A dbt project as a proposal: its relations become datasets, and its tests checks."""
