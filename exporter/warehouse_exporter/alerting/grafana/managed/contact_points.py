"""The receivers of alertmanager.yml as Grafana's contact points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from warehouse_exporter.alerting.grafana.managed.text import env_safe, secret
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.receivers.webhook import without_templates

Settings = dict[str, Any]
Way = Mapping[str, Any]


def contact_point(receiver: Way, shared: Way) -> dict[str, Any]:
    """A receiver, with what all of its kind share. Raises UsageError for an unknown kind."""
    ways = list(integrations(receiver, shared))
    for place, way in enumerate(ways):
        way["uid"] = f"warehouse-{slug(receiver['name'])}-{place}"[:40]
    return {"orgId": 1, "name": env_safe(receiver["name"]), "receivers": ways}


def integrations(receiver: Way, shared: Way) -> Iterator[dict[str, Any]]:
    """Each way of a receiver; a heartbeat has the texts of its page, so that it stops with them."""
    beat = [way for way in receiver.get("pagerduty_configs", []) if "routing_key" in way]
    texts = {
        name: text
        for way in beat
        for name, text in (("title", way["description"]), ("message", way["details"]["firing"]))
    }
    for key, ways in without_templates(receiver).items():
        if key == "name":
            continue
        if key not in KINDS:
            raise UsageError(
                f"Grafana has no contact point for {key} of the receiver {receiver['name']}: "
                f"it takes {', '.join(KINDS)}"
            )
        kind, made = KINDS[key]
        for way in ways:
            yield {
                "uid": "",
                "type": kind,
                "settings": {**made(way, shared), **(texts if kind == "webhook" else {})},
                "disableResolveMessage": not way["send_resolved"],
            }


def slug(name: str) -> str:
    """Letters that Grafana takes in a uid."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)


def slack(way: Way, shared: Way) -> Settings:
    """A channel, by an incoming webhook or a bot."""
    found = {"recipient": env_safe(way["channel"]), "title": way["title"], "text": way["text"]}
    if token := token_of(way):
        return {**found, "token": token}
    return {**found, "url": secret(shared["slack_api_url_file"])}


def pagerduty(way: Way, shared: Way) -> Settings:
    """An incident by the Events API."""
    return {
        "integrationKey": secret(way["routing_key_file"]),
        **({"url": way["url"]} if "url" in way else {}),
        "severity": way["severity"],
        "class": way["class"],
        "component": way["component"],
        "group": way["group"],
        "summary": way["description"],
        "client": "Grafana",
        "details": dict(way["details"]),
    }


def email(way: Way, shared: Way) -> Settings:
    """A mail; the relay is that of Grafana's own settings."""
    subject = way["headers"]["Subject"]
    found = {"addresses": env_safe(way["to"]), "subject": subject, "message": way["text"]}
    return {**found, "singleEmail": True}


def webhook(way: Way, shared: Way) -> Settings:
    """A POST with Grafana's JSON, which has the fields of Alertmanager's."""
    url = secret(way["url_file"]) if "url_file" in way else env_safe(way["url"])
    found: Settings = {"url": url, "httpMethod": "POST"}
    if token := token_of(way):
        found |= {"authorization_scheme": "Bearer", "authorization_credentials": token}
    return found


def token_of(way: Way) -> str | None:
    """The token that a way sends."""
    given = way.get("http_config", {}).get("authorization", {}).get("credentials_file")
    return secret(given) if given else None


KINDS: Mapping[str, tuple[str, Callable[[Way, Way], Settings]]] = {
    "slack_configs": ("slack", slack),
    "pagerduty_configs": ("pagerduty", pagerduty),
    "email_configs": ("email", email),
    "webhook_configs": ("webhook", webhook),
}
"""Alertmanager's key -> Grafana's type, and its settings."""
