"""What all rooms share, without any I/O: names, limits, states, days, wording, errors."""
