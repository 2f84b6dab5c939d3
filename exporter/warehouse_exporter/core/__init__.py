"""What all rooms share, and what speaks to nobody: names, limits, states, days, words, errors."""
