"""What the CRDs of the Prometheus operator take, as far as our objects use it.

Written by hand from its documentation (monitoring.coreos.com, PrometheusRule v1 and
AlertmanagerConfig v1alpha1). Unlike the CRDs it refuses unknown keys, as `kubectl apply` with
strict validation does, and it looks into the routes below the first, which the operator decodes
strictly.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "minLength": 1}
FLAG: Schema = {"type": "boolean"}
DURATION: Schema = {
    "type": "string",
    "minLength": 1,
    "pattern": r"^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?"
    r"(([0-9]+)ms)?)$",
}
DAY_TIME: Schema = {"type": "string", "pattern": r"^((([01][0-9])|(2[0-3])):[0-5][0-9])$|(^24:00$)"}
DAY = "(sun|mon|tues|wednes|thurs|fri|satur)day"
WEEKDAY: Schema = {"type": "string", "pattern": f"^{DAY}(:{DAY})?$"}
TEXTS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}


def obj(*required: str, **properties: Schema) -> Schema:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def many(item: Schema, least: int = 0) -> Schema:
    """A list."""
    return {"type": "array", "items": item, "minItems": least}


METADATA = obj("name", name=TEXT, labels=TEXTS)
SECRET = obj("key", "name", name=TEXT, key=TEXT)
PAIRS = many(obj("key", "value", key=TEXT, value={"type": "string"}))
HTTP = obj(authorization=obj(type=TEXT, credentials=SECRET), followRedirects=FLAG)
MATCHER = obj(
    "name", name=TEXT, value={"type": "string"}, matchType={"enum": ["=", "!=", "=~", "!~"]}
)
ROUTE = obj(
    receiver={"type": "string"}, groupBy=many(TEXT), groupWait=DURATION, groupInterval=DURATION,
    repeatInterval=DURATION, matchers=many(MATCHER), muteTimeIntervals=many(TEXT),
    activeTimeIntervals=many(TEXT), routes=many({"$ref": "#/$defs/route"}),
    **{"continue": FLAG},
)  # fmt: skip
SLACK = obj(
    sendResolved=FLAG, apiURL=SECRET, channel=TEXT, color=TEXT, title=TEXT, titleLink=TEXT,
    text=TEXT, fallback=TEXT, footer=TEXT, httpConfig=HTTP,
)  # fmt: skip
PAGERDUTY = obj(
    "routingKey", sendResolved=FLAG, routingKey=SECRET,
    url={"type": "string", "pattern": "^https?://.+$"}, client=TEXT, clientURL=TEXT,
    description=TEXT, severity=TEXT, group=TEXT, component=TEXT, details=PAIRS, httpConfig=HTTP,
    pagerDutyLinkConfigs=many(obj(href=TEXT, alt=TEXT)), **{"class": TEXT},
)  # fmt: skip
EMAIL = obj(
    "to", sendResolved=FLAG, to=TEXT, smarthost=TEXT, authUsername=TEXT, authPassword=SECRET,
    requireTLS=FLAG, headers=PAIRS, html={"type": "string"}, text=TEXT, **{"from": TEXT},
)  # fmt: skip
WEBHOOK = {
    **obj(sendResolved=FLAG, url={"type": "string"}, urlSecret=SECRET, httpConfig=HTTP),
    "anyOf": [{"required": ["url"]}, {"required": ["urlSecret"]}],
}
RECEIVER = obj(
    "name", name=TEXT, slackConfigs=many(SLACK), pagerdutyConfigs=many(PAGERDUTY),
    emailConfigs=many(EMAIL), webhookConfigs=many(WEBHOOK),
)  # fmt: skip
WINDOW = obj(
    "name", name=TEXT,
    timeIntervals=many(
        obj(times=many(obj(startTime=DAY_TIME, endTime=DAY_TIME)), weekdays=many(WEEKDAY))
    ),
)  # fmt: skip
INHIBITION = obj(sourceMatch=many(MATCHER), targetMatch=many(MATCHER), equal=many(TEXT))
ALERTMANAGER_CONFIG: Schema = {
    **obj(
        "apiVersion", "kind", "metadata", "spec",
        apiVersion={"const": "monitoring.coreos.com/v1alpha1"},
        kind={"const": "AlertmanagerConfig"}, metadata=METADATA,
        spec=obj(
            "route", "receivers", route={"$ref": "#/$defs/route"}, receivers=many(RECEIVER, 1),
            inhibitRules=many(INHIBITION), muteTimeIntervals=many(WINDOW),
        ),
    ),
    "$defs": {"route": ROUTE},
}  # fmt: skip
RULE: Schema = {
    **obj(
        "expr", record=TEXT, alert=TEXT, expr=TEXT, keep_firing_for=DURATION, labels=TEXTS,
        annotations=TEXTS, **{"for": DURATION},
    ),
    "oneOf": [{"required": ["record"]}, {"required": ["alert"]}],
}  # fmt: skip
PROMETHEUS_RULE: Schema = obj(
    "apiVersion", "kind", "metadata", "spec", apiVersion={"const": "monitoring.coreos.com/v1"},
    kind={"const": "PrometheusRule"}, metadata=METADATA,
    spec=obj("groups", groups=many(obj("name", "rules", name=TEXT, interval=DURATION,
                                       rules=many(RULE, 1)), 1)),
)  # fmt: skip
SERVICE_MONITOR: Schema = obj(
    "apiVersion", "kind", "metadata", "spec", apiVersion={"const": "monitoring.coreos.com/v1"},
    kind={"const": "ServiceMonitor"}, metadata=METADATA,
    spec=obj("endpoints", "selector", selector=obj(matchLabels=TEXTS), jobLabel=TEXT,
             endpoints=many(obj(port=TEXT, interval=DURATION, scheme=TEXT, path=TEXT), 1)),
)  # fmt: skip
