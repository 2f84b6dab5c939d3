"""What several weak signs together show, on simulated shops."""
