"""How soon people are told that a fault is over, and how often of one that comes back."""
