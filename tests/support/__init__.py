"""What tests of all tiers need."""
