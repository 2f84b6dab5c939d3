"""The running exporter: its process, its schedule, its reloads, and the web."""
