"""What the checks would have said on each of the past days, asked and judged as a pass does it."""
