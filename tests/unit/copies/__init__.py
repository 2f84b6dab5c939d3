"""Folders of copies and their manifests: no database is needed for them."""
