"""Config -> Prometheus rules."""

from warehouse_exporter.alerting.rules.dbt import about_dbt as about_dbt
from warehouse_exporter.alerting.rules.document import GROUP as GROUP
from warehouse_exporter.alerting.rules.document import INTERVAL as INTERVAL
from warehouse_exporter.alerting.rules.document import LOADED as LOADED
from warehouse_exporter.alerting.rules.document import adapted as adapted
from warehouse_exporter.alerting.rules.document import checksum as checksum
from warehouse_exporter.alerting.rules.document import groups as groups
from warehouse_exporter.alerting.rules.document import prometheus_config as prometheus_config
from warehouse_exporter.alerting.rules.document import render as render
from warehouse_exporter.alerting.rules.falls import about_falls as about_falls
from warehouse_exporter.alerting.rules.files import Dumper as Dumper
from warehouse_exporter.alerting.rules.files import blocks as blocks
from warehouse_exporter.alerting.rules.files import dumped as dumped
from warehouse_exporter.alerting.rules.files import written as written
from warehouse_exporter.alerting.rules.findings import kept as kept
from warehouse_exporter.alerting.rules.findings import labels as labels
from warehouse_exporter.alerting.rules.findings import lingering as lingering
from warehouse_exporter.alerting.rules.findings import unmeasured_for as unmeasured_for
from warehouse_exporter.alerting.rules.memory import CHECK as CHECK
from warehouse_exporter.alerting.rules.memory import HELD as HELD
from warehouse_exporter.alerting.rules.memory import in_warehouse as in_warehouse
from warehouse_exporter.alerting.rules.memory import series as series
from warehouse_exporter.alerting.rules.objectives import about_objectives as about_objectives
