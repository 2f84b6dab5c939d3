"""Rows of the sample shop are broken: what sees it, and what does not."""
