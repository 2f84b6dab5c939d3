"""With Prometheus, Alertmanager, or the exporter as a process of its own."""
