"""Who is told, and how: Slack, PagerDuty, mail and webhooks; secrets are files.

What they are sent is written in the templates beside alertmanager.yml, under the names used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warehouse_exporter.config import Config
from warehouse_exporter.config.routing import (
    EmailSpec,
    PagerDutySpec,
    RoutingSpec,
    SlackSpec,
    WebhookSpec,
)

Receiver = dict[str, Any]
Configs = dict[str, list[Mapping[str, Any]]]
UNROUTED, HEARTBEAT = "unrouted", "dead-mans-switch"
CRITICAL, WARNING, INFO = "critical", "warning", "info"
SLACK_API = "https://slack.com/api/chat.postMessage"
"""Where a bot posts; an incoming webhook has a URL of its own."""


def template(name: str) -> str:
    """The text that one of our templates makes."""
    return f'{{{{ template "warehouse.{name}" . }}}}'


def owner_receiver(owner: str) -> str:
    """The name of an owner's receiver."""
    return f"owner {owner}"


def everybody(routing: RoutingSpec) -> list[Receiver]:
    """The receivers of all owners together; one without a way tells nobody."""
    loud = quiet = mail_to_all(routing)
    if routing.slack:
        loud = slack(routing.slack, routing.slack.critical)
        quiet = slack(routing.slack, routing.slack.warning)
    return [
        {"name": UNROUTED, **loud},
        {"name": CRITICAL, **paged(routing.pagerduty), **loud},
        {"name": WARNING, **quiet},
        {"name": INFO, **webhook(routing.observability, resolved=True)},
        {"name": HEARTBEAT, **webhook(routing.dead_mans_switch, resolved=False)},
    ]


def owners(config: Config) -> list[str]:
    """The owners who are reached by a way of their own."""
    return [name for name in config.owners if way_to(name, config)]


def way_to(owner: str, config: Config) -> Configs:
    """The owner's channel or, where there is none, the owner's mail."""
    assert config.routing is not None
    known, routing = config.owners[owner], config.routing
    if routing.slack and "slack" in known:
        return slack(routing.slack, known["slack"])
    return email(known["email"]) if routing.email and "email" in known else {}


def mail_to_all(routing: RoutingSpec) -> Configs:
    """The mail of everybody, which takes the place of channels."""
    return email(routing.email.to) if routing.email and routing.email.to else {}


def slack(workspace: SlackSpec, channel: str) -> Configs:
    """A message to a channel, and another one when it is over."""
    found: dict[str, Any] = {
        "send_resolved": True,
        "channel": channel,
        "color": template("slack.color"),
        "title": template("title"),
        "title_link": template("link"),
        "fallback": template("title"),
        "text": template("slack.text"),
        "footer": template("slack.footer"),
    }
    if workspace.token_file:
        found["http_config"] = {"authorization": {"credentials_file": workspace.token_file}}
    return {"slack_configs": [found]}


def paged(service: PagerDutySpec | None) -> Configs:
    """An incident that begins and ends with its group."""
    if service is None:
        return {}
    found = {
        "send_resolved": True,
        "routing_key_file": service.routing_key_file,
        **({"url": service.url} if service.url else {}),
        "client": "Alertmanager",
        "client_url": template("link"),
        "description": template("title"),
        "severity": template("pagerduty.severity"),
        "class": template("pagerduty.class"),
        "component": template("pagerduty.component"),
        "group": template("pagerduty.group"),
        "details": {
            key: template(f"pagerduty.{key}")
            for key in ("firing", "resolved", "num_firing", "num_resolved")
        },
        "links": [
            {"href": template("runbook"), "text": "Runbook"},
            {"href": template("dashboard"), "text": "Dashboard"},
        ],
    }
    return {"pagerduty_configs": [found]}


def email(address: str) -> Configs:
    """A mail, and another one when it is over."""
    found = {
        "send_resolved": True,
        "to": address,
        "headers": {"Subject": template("title")},
        "html": template("email.html"),
        "text": template("email.text"),
    }
    return {"email_configs": [found]}


def webhook(target: WebhookSpec | None, *, resolved: bool) -> Configs:
    """Alertmanager's own JSON; a dead man's switch must never hear that the heartbeat is over."""
    if target is None:
        return {}
    found: dict[str, Any] = {"send_resolved": resolved}
    found.update(target.model_dump(include={"url", "url_file"}, exclude_none=True))
    if target.token_file:
        found["http_config"] = {"authorization": {"credentials_file": target.token_file}}
    return {"webhook_configs": [found]}


def shared(routing: RoutingSpec) -> Mapping[str, Any]:
    """What all receivers of one way have in common: Alertmanager's `global`."""
    found: dict[str, Any] = {}
    if routing.slack and routing.slack.api_url_file:
        found["slack_api_url_file"] = routing.slack.api_url_file
    elif routing.slack:
        found["slack_api_url"] = SLACK_API
    return {**found, **(relay(routing.email) if routing.email else {})}


def relay(spec: EmailSpec) -> Mapping[str, Any]:
    """The relay for mail."""
    found: dict[str, Any] = {"smtp_smarthost": spec.smarthost, "smtp_from": spec.sender}
    if spec.username:
        found["smtp_auth_username"] = spec.username
        found["smtp_auth_password_file"] = spec.password_file
    return {**found, "smtp_require_tls": spec.require_tls}
