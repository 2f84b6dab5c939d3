"""Data reliability for an e-commerce warehouse: gauges, a gate and alert rules from one YAML."""

__version__ = "0.1.0"
