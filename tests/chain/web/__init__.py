"""The web config on a real exporter."""
