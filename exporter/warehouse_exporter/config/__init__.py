"""The YAML of the data engineer as frozen, validated config; `load()` is the only way to one.

A config has every limit, each written once.
"""

from warehouse_exporter.config.load import load as load
from warehouse_exporter.config.model import Alerts as Alerts
from warehouse_exporter.config.model import Check as Check
from warehouse_exporter.config.model import Config as Config
from warehouse_exporter.config.model import Part as Part
from warehouse_exporter.core.warehouse import Warehouse as Warehouse
