"""What several baselines need: arithmetic, days without rows, wording."""
