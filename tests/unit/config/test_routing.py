"""The sections `routing` and `maintenance`, and what is said of mistakes in them."""

from __future__ import annotations

import pytest
from warehouse_exporter.config.load import parse

from tests.unit.config.test_complaints import DSN, GOOD, told

WRITTEN = """routing:
  slack: {api_url_file: /s/slack}
  pagerduty: {routing_key_file: /s/key}
  email: {smarthost: "smtp:587", from: a@b.example, username: a, password_file: /s/smtp}
  observability: {url: https://hooks.example/x}
  dead_mans_switch: {url_file: /s/heartbeat}
owners:
  growth: {slack: "#growth", email: g@b.example}
maintenance:
  rebuild: {datasets: orders, weekdays: sunday, times: "02:00 to 03:00"}
"""


def test_it_is_read_with_its_defaults() -> None:
    config = parse(GOOD + WRITTEN, "w.yml", DSN)
    assert config.routing is not None
    slack = config.routing["slack"].model_dump(include={"critical", "warning"})
    assert slack == {"critical": "#data-alerts", "warning": "#data-warnings"}
    window = config.maintenance["rebuild"]
    assert (window.datasets, window.weekdays, window.times) == (("orders",), (6,), ((120, 180),))
    assert parse(GOOD, "w.yml", DSN).routing is None


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("api_url_file: /s/slack", "critical: '#x'",
         "w.yml:10: routing.slack: write either `api_url_file` or `token_file`"),
        ("routing_key_file", "routing_key",
         "routing.pagerduty.routing_key: unknown key `routing_key`; did you mean"),
        ("smtp:587", "smtp", "w.yml:12: routing.email.smarthost: 'smtp' is not HOST:PORT"),
        (", password_file: /s/smtp", "", "`username` and `password_file` go together"),
        ("https://hooks.example/x", "https://user:secret@hooks.example/x",
         "w.yml:13: routing.observability.url: "),
        ("url_file: /s/heartbeat", "token_file: /s/t", "w.yml:14: routing.dead_mans_switch"),
        ("  slack: {api_url_file: /s/slack}\n", "",
         "w.yml:9: routing: an alert without an owner would reach nobody: add `slack`, or"),
        ("growth: {slack: \"#growth\", email", "growth: {mail", "unknown key `mail`"),
        ("datasets: orders", "datasets: order", "w.yml:18: maintenance.rebuild.datasets: there is"
         " no dataset `order`; did you mean `orders`?"),
        ("sunday", "sundays", "w.yml:18: maintenance.rebuild.weekdays: 'sundays' is not a weekday"),
        ("sunday", "7", "7 is not a weekday"),
        ('"02:00 to 03:00"', "120", "maintenance.rebuild.times: 120 is not a time range"),
        ('"02:00 to 03:00"', '"02:00"', "'02:00' is not a time range"),
        ('"02:00 to 03:00"', '"02:00 to 02:00"', "is empty: for a whole day"),
        ('"02:00 to 03:00"', '"02:00 to 25:00"', "is not a time range"),
        ('weekdays: sunday, times: "02:00 to 03:00"', "timezone: UTC", "it would never end"),
        ('weekdays: sunday, times: "02:00 to 03:00"', "weekdays: tuesday to monday",
         "it would never end"),
        ("weekdays: sunday", "timezone: Mars", "'Mars' is not a time zone"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_line(good: str, bad: str, message: str) -> None:
    assert WRITTEN.count(good) == 1
    assert message in told(GOOD + WRITTEN.replace(good, bad))


def test_an_owner_must_be_reached_by_a_way_there_is() -> None:
    mail = "  email: {smarthost: 'smtp:25', from: a@b.example, to: all@b.example}\n"
    text = f"routing:\n{mail}owners:\n  growth: {{slack: '#growth'}}\n  finance: {{}}\n"
    assert "w.yml:12: owners.growth: `routing:` has no `slack:` to reach this owner" in told(
        GOOD + text
    )
    assert "finance" not in told(GOOD + text)
    both = text.replace("'#growth'", "'#growth', email: g@b.example")
    assert parse(GOOD + both, "w.yml", DSN).owners["growth"]["slack"] == "#growth"


def test_a_password_is_not_told_again() -> None:
    bad = WRITTEN.replace("https://hooks.example/x", "https://user:secret@hooks.example/x")
    assert "secret@" not in told(GOOD + bad)
