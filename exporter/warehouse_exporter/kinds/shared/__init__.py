"""What several kinds need: their base classes, two sides compared, baselines of a metric."""
