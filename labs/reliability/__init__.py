"""Faults on purpose: each breaks a real warehouse under the shipped exporter and the gate."""
