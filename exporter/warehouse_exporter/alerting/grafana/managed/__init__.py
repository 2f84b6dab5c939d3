"""Grafana-managed alerting: rules, contact points and policies as files that Grafana provisions.

It takes the place of Prometheus' rules and of Alertmanager, and is never used beside them: both
would notify.
"""

from warehouse_exporter.alerting.grafana.managed.policies import notifications
from warehouse_exporter.alerting.grafana.managed.rules import DATASOURCE, rules

__all__ = ["DATASOURCE", "notifications", "rules"]
