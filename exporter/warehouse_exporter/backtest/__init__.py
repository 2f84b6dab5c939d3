"""The verdicts that the checks would have had on each past day, by the code of a pass."""
