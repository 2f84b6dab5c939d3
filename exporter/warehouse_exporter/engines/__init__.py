"""The databases that can be read, one folder each."""
