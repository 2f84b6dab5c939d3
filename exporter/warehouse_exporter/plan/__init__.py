"""Requests become few statements, closed days are cached, and answers are decoded."""
