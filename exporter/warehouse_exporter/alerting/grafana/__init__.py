"""What Grafana shows and judges: dashboards, data sources, managed alerting."""
