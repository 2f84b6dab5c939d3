"""What Prometheus and Alertmanager are given: rules, routes, receivers, and the texts of alerts."""
