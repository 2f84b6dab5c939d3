"""Run in an environment of its own: Datadog's OpenMetrics check reads an exporter once.

python datadog.py conf.yaml URL: prints what it would send, as JSON: metrics, and the health.
"""

import json
import sys
from pathlib import Path

import yaml
from datadog_checks.base.checks.openmetrics.v2.base import OpenMetricsBaseCheckV2
from datadog_checks.base.stubs import aggregator

written = yaml.safe_load(Path(sys.argv[1]).read_text())
instances = [{**one, "openmetrics_endpoint": sys.argv[2]} for one in written["instances"]]
check = OpenMetricsBaseCheckV2("openmetrics", written["init_config"] or {}, instances)
check.check_id = "openmetrics:1"
problem = check.run()
if problem:
    sys.exit(problem)
sent = {
    name: [{"value": one.value, "tags": sorted(one.tags)} for one in aggregator.metrics(name)]
    for name in aggregator.metric_names
}
health = [one.status for one in aggregator.service_checks("warehouse.openmetrics.health")]
json.dump({"metrics": sent, "health": health}, sys.stdout)
