"""Copies of datasets on a real Postgres: quarantine, known good copies, restore."""
