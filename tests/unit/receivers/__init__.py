"""One file per receiver, and what holds for all of them."""
