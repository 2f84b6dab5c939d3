"""Rules and routes as objects of the Prometheus operator, for Kubernetes."""

from warehouse_exporter.alerting.operator.objects import Naming
from warehouse_exporter.alerting.operator.routes import alertmanager_config
from warehouse_exporter.alerting.operator.rules import prometheus_rule

__all__ = ["Naming", "alertmanager_config", "prometheus_rule"]
