"""Baselines: what a metric was on earlier days, and what is expected from it.

One file per method, each a pure function of a daily series.
"""
