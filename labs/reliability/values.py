"""Rows contain long or personal text, or control characters."""

from __future__ import annotations

import re

from labs.reliability.judged import NOON, ORDERS, orders
from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage, page, scraped

VOLUME = "volume: {window: all, critical: '< 1'}"
LABELLED = """
queries:
  - {name: labelled, sql: "select client, 1 as value from orders", critical: "> 0"}
"""
MAIL, PHONE = "anna.schmidt@example.org", "4915112345678"
FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters, C1 among them, and those that turn the direction of a text."""


def everywhere(stage: Stage, config: str) -> tuple[str, list[str]]:
    """All that is said of a config: metrics; and page, JSON, log, table."""
    stage.write(config)
    with stage.serving("--log.level=debug") as exporter:
        exporter.wait_ready()
        metrics = scraped(exporter).text
        said = [page(exporter), exporter.get("/api/v1/checks").text, exporter.log.read_text()]
    return metrics, [*said, str(stage.gate(NOON).said)]


@scenario(
    "label-of-20-mb",
    fault="A query has a cell of 20 MB as a label, and one of 3 kB.",
    bound="/metrics and the page stay small: a label has 200 characters at most, a text 2,000.",
    long=True,
)
def label_of_20_mb(stage: Stage) -> str:
    """One cell is no reason for a scrape of 20 MB."""
    stage.sql(ORDERS + "DELETE FROM orders WHERE id > 3")
    stage.sql("UPDATE orders SET client = repeat('y', 3000) WHERE id = 3")
    long, said = everywhere(stage, orders(VOLUME) + LABELLED)
    stage.sql("UPDATE orders SET client = repeat('x', 20000000) WHERE id = 2")
    huge, more = everywhere(stage, orders(VOLUME) + LABELLED)
    for text in (long, huge, *said, *more):
        assert re.search(r"x{2001}|y{2001}", text) is None
        assert len(text) < 50_000
    labels = re.findall(r'client="([^"]*)"', long)
    assert max(map(len, labels)) <= 200
    return f"longest label {max(map(len, labels))} characters; every answer under 50 kB"


@scenario(
    "control-characters",
    fault="A label has quotes, backslashes, line ends, escape sequences of a terminal (C0 and C1),"
    " and characters that turn the direction of text.",
    bound="/metrics can be parsed; terminal, log and page are not affected.",
    long=True,
)
def control_characters(stage: Stage) -> str:
    """A value is read, not obeyed."""
    stage.sql(ORDERS + "DELETE FROM orders WHERE id > 4")
    odd = r"""UPDATE orders SET client = (ARRAY[E'a"b\\c', E'line\nend\r', E'\x1b[31mred\u009b2J',
        E'\u202eevil\u2066'])[id]"""
    stage.sql(odd)
    metrics, said = everywhere(stage, orders(VOLUME) + LABELLED)
    assert "warehouse_query_value" in metrics
    for text in (metrics, *said):
        assert FORBIDDEN.search(text) is None, ascii(FORBIDDEN.findall(text))
    assert not any(line.startswith("end") for line in metrics.splitlines())
    return "4 labels, parsed; no control character anywhere"


@scenario(
    "personal-values",
    fault="Errors whose messages carry a row's values, as a server of another language words them"
    " too: a cast, a time zone, a domain, a function that raises.",
    bound="No part of a value is on the page, in a gauge, the JSON, the log or the table.",
    long=True,
)
def personal_values(stage: Stage) -> str:
    """An error is told by what it is, not by whom it met."""
    raised = f"Wert »{PHONE}« ist außerhalb; Zeitzone »{MAIL}« nicht erkannt"
    stage.sql(f"""{ORDERS} UPDATE orders SET client = '{MAIL}';
    CREATE FUNCTION raises(state text) RETURNS int LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '%', '{raised}' USING ERRCODE = state; RETURN 1; END $$;
    CREATE DOMAIN short AS text CHECK (length(value) < 5);
    CREATE VIEW casts AS SELECT client::int AS id FROM orders;
    CREATE VIEW numbers AS SELECT '{PHONE}{PHONE}'::text::bigint AS id FROM orders;
    CREATE VIEW zones AS SELECT ts AT TIME ZONE client AS id FROM orders;
    CREATE VIEW domains AS SELECT client::short AS id FROM orders;
    """)
    states = ("22003", "22023", "P0001", "42501", "XX000")
    for state in states:
        stage.sql(f"CREATE VIEW s{state.lower()} AS SELECT raises('{state}') AS id")
    views = ["casts", "numbers", "zones", "domains", *(f"s{state.lower()}" for state in states)]
    one = '  {0}: {{relation: {0}, checks: [completeness: {{column: id, critical: "> 0"}}]}}\n'
    config = orders(VOLUME) + "".join(map(one.format, views))
    metrics, said = everywhere(stage, config)
    for text in (metrics, *said):
        for part in (MAIL, "schmidt", PHONE, "15112345"):
            assert part not in text, text[max(0, text.find(part) - 200) :][:400]
    assert said[-1].count("UNKNOWN") == len(views), said[-1]
    return f"{len(views)} errors: UNKNOWN each; no value anywhere"


@scenario(
    "ten-thousand-labels",
    fault="A query gives ten thousand different values of a label.",
    bound="Not ten thousand series: UNKNOWN (result), and the others are measured.",
    long=True,
)
def ten_thousand_labels(stage: Stage) -> str:
    """The data does not decide how many series there are."""
    stage.sql(ORDERS + "INSERT INTO orders SELECT i, now(), 1, 'x' || i FROM"
              " generate_series(1, 10000) i")  # fmt: skip
    stage.write(orders(VOLUME) + LABELLED)
    with stage.serving() as exporter:
        exporter.wait_ready()
        found = scraped(exporter)
        series = len(found.values("warehouse_query_value"))
        measured = found.value("warehouse_check_measured", check="labelled")
        assert found.value("warehouse_check_measured", check="volume") == 1
    assert series <= 1000
    return f"{series} series of it, measured {measured:g}; volume measured 1"


@scenario(
    "extreme-numbers",
    fault="Sums beyond what a float holds, times of year 294276 and of 4713 BC, an empty text.",
    bound="UNKNOWN, or the number; no NaN and no infinity is published, and no traceback.",
    long=True,
)
def extreme_numbers(stage: Stage) -> str:
    """The server knows more numbers than we do."""
    stage.sql(f"""{ORDERS} INSERT INTO orders VALUES
        (101, '294276-12-31 00:00+00', 1e300, ''), (102, '4713-01-01 00:00+00 BC', -1e300, NULL);
    INSERT INTO orders SELECT 200 + i, '2026-03-09 12:00+00', ('1e' || 308 + i)::numeric, ''
    FROM generate_series(1, 3) i;""")
    checks = ("freshness: {critical: '> 48h'}", "future_rows: {critical: '> 0'}", VOLUME)
    total = 'metrics:\n  revenue: {dataset: orders, sum: revenue, critical: "< 1"}\n'
    metrics, said = everywhere(stage, orders(*checks) + total)
    assert not [line for line in metrics.splitlines() if line.endswith(("NaN", "Inf"))]
    assert not any("Traceback" in text for text in said)
    gate = stage.gate(NOON)
    seen = ", ".join(f"{check} {one}" for check, one in sorted(gate.said.items()))
    return f"{seen}; {gate}"
