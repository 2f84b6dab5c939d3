"""Copies of datasets: in quarantine after a critical finding, known good ones, and put back."""
