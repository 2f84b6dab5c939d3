"""The YAML of the data engineer as frozen, validated config; `load()` is the only way to one.

O9: it is one file, and every threshold stands in it, once.
"""

from exporter.config.load import load as load
from exporter.config.model import Alerts as Alerts
from exporter.config.model import Check as Check
from exporter.config.model import Config as Config
from exporter.config.model import Warehouse as Warehouse
