"""Unusual types and names."""

from __future__ import annotations

from labs.reliability.scenario import scenario
from labs.reliability.stage import Said, Stage, scraped, shown

RATIO = "warehouse_column_null_ratio"
TYPES = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE odd (at timestamptz, id uuid, j json, jb jsonb, e mood, a int[], i interval,
    n numeric, f float8);
INSERT INTO odd SELECT current_date - interval '12 h', gen_random_uuid(), '{"a": 1}', '{}', 'good',
    '{1, 2}', '1 day', 1, 1 FROM generate_series(1, 5);
INSERT INTO odd SELECT at, gen_random_uuid(), j, jb, e, a, i, 'NaN', 'Infinity' FROM odd LIMIT 1;
INSERT INTO odd SELECT 'infinity', gen_random_uuid(), j, jb, e, a, i, 1, 1 FROM odd LIMIT 1;
INSERT INTO odd SELECT '-infinity', gen_random_uuid(), j, jb, e, a, i, 1, 1 FROM odd LIMIT 1;
"""
ODD = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets:
  odd:
    relation: odd
    time: at
    expect_by: "00:00"
    unparsable: 50%
    checks:
      - freshness: {critical: "> 48h"}
      - future_rows: {critical: "> 0"}
      - duplicates: {name: json_key, key: j, critical: "> 0"}
      - duplicates: {name: uuid_key, key: id, critical: "> 0"}
      - accepted_values: {name: enum_values, column: e, values: [good], critical: "> 0"}
      - negative_revenue: {name: array_below_0, column: a, critical: "> 0"}
      - zero_revenue: {name: interval_is_0, column: i, critical: "> 5%"}
"""
NOT_FINITE = ("n", "f")
"""Columns in which one value is NaN, or infinite."""
SUMMED = ("j", "jb", "id", "e", "a", "i", "n", "f")


@scenario(
    "odd-types",
    fault="Columns of type json, uuid, enum, array and interval; NaN and Infinity among numbers, "
    "infinity and -infinity among times.",
    bound="What a type does not allow is UNKNOWN and says why; no NaN or infinity is published;"
    " the infinite future is a finding and not the newest row.",
    long=True,
)
def odd_types(stage: Stage) -> str:
    """A check that makes no sense of a type costs itself."""
    stage.sql(TYPES)
    of_each = "".join(f'      - completeness: {{column: {c}, critical: "> 5%"}}\n' for c in SUMMED)
    sums = "".join(f'  sum_{c}: {{dataset: odd, sum: {c}, critical: "< 1"}}\n' for c in SUMMED)
    stage.write(f"{ODD}{of_each}metrics:\n{sums}")
    with stage.serving() as exporter:
        exporter.wait_ready()
        on_page = shown(exporter)
        text = scraped(exporter).text
    gate = stage.gate()
    assert {c: str(one) for c, one in gate.said.items()} == {
        c: str(one) for c, one in on_page.items()
    }
    assert [line for line in text.splitlines() if line.endswith(("NaN", "Inf"))] == []
    said = {check.removeprefix("odd."): one for check, one in gate.said.items()}
    complete = {column: said.pop(f"completeness_{column}").word for column in SUMMED}
    assert {word for column, word in complete.items() if column not in NOT_FINITE} == {"PASS"}
    assert {complete[column] for column in NOT_FINITE} == {"FAIL"}
    whole = "completeness of each: PASS, but FAIL where NaN or Infinity stands"
    return f"{whole}; {listed(said)}; {gate}"


def listed(said: dict[str, Said]) -> str:
    """The checks by what is said of them."""
    by_word: dict[str, list[str]] = {}
    for check, one in sorted(said.items()):
        by_word.setdefault(str(one), []).append(check.removeprefix("metric_"))
    return "; ".join(f"{word}: {', '.join(checks)}" for word, checks in sorted(by_word.items()))


NAMES = '''
CREATE TABLE x (precious int); INSERT INTO x VALUES (1);
CREATE SCHEMA "Web Shop";
CREATE TABLE "Web Shop"."Größe 'n' ""Maß""" ("Order Id" int, "größe" numeric, "a""b'c" text);
INSERT INTO "Web Shop"."Größe 'n' ""Maß""" SELECT i, i, 'x' FROM generate_series(1, 4) i;
CREATE TABLE """; drop table x""" (id int); INSERT INTO """; drop table x""" VALUES (1), (2);
'''
NAMED = '''
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets:
  named:
    relation: >-
      "Web Shop"."Größe 'n' ""Maß"""
    key: Order Id
    checks:
      - volume: {critical: "< 4"}
      - duplicates: {critical: "> 0"}
      - completeness: {name: size, column: größe, critical: "> 0"}
      - completeness: {name: quotes, column: "a\\"b'c", critical: "> 0"}
  bobby:
    relation: >-
      """; drop table x"""
    key: id
    checks:
      - volume: {critical: "< 2"}
      - duplicates: {critical: "> 0"}
'''


@scenario(
    "odd-names",
    fault='Names with capitals, spaces, quotes and Unicode; a table named `"; drop table x"`.',
    bound="Each is measured under its exact name, and nothing else is run.",
    long=True,
)
def odd_names(stage: Stage) -> str:
    """A name is a name, whatever it looks like."""
    stage.sql(NAMES)
    stage.write(NAMED)
    with stage.serving() as exporter:
        exporter.wait_ready()
        on_page = shown(exporter)
        columns = [scraped(exporter).value(RATIO, column=c) for c in ("größe", "a\"b'c")]
    gate = stage.gate()
    assert gate.said == on_page
    assert {one.word for one in gate.said.values()} == {"PASS"}
    assert columns == [0, 0]
    assert stage.sql("SELECT precious FROM x") == [(1,)]
    return f"{len(on_page)} checks PASS, the columns are labels as they are; x is there; {gate}"
