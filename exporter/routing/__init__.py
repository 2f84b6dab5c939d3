"""Config -> alertmanager.yml: who is told of what, in which groups, and what needs no telling."""

from exporter.routing.document import render as render
