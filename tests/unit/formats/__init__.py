"""The other formats of rules and routes: those of Grafana and of the Prometheus operator."""
