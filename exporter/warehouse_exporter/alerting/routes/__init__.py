"""Config -> alertmanager.yml: who is notified of what, in which groups, and what is inhibited."""

from warehouse_exporter.alerting.routes.document import render as render
