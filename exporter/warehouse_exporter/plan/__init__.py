"""Requests become few statements, closed days are not asked again, and answers are decoded."""
