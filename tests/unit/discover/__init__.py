"""Configs that `init` proposes: no database is needed for these tests."""
