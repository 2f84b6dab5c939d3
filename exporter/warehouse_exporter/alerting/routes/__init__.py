"""Config -> alertmanager.yml: who is told of what, in which groups, and what needs no telling."""

from warehouse_exporter.alerting.routes.document import render as render
