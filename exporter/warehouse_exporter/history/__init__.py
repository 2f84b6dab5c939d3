"""What each check says of each of the last days, recomputed from the warehouse as it is now."""
