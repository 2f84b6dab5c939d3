"""The expressions of Grafana-managed rules on a real Prometheus, beside Prometheus' own rules."""
