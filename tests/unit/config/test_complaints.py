"""What is wrong with a config is said at once, at its place, with what would have been right."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from warehouse_exporter.config import Config, load
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import ConfigError

GOLDEN = Path(__file__).parents[2] / "golden" / "config"
DSN = {"WAREHOUSE_DSN": "postgresql://exporter@db/warehouse"}
HEAD = "warehouse: {dsn: '${WAREHOUSE_DSN}'}\n"
GOOD = f"""{HEAD}datasets:
  orders:
    relation: shop.orders
    time: at
    key: id
    checks:
      - volume: {{critical: '< 100'}}
"""
METRICS = "metrics:\n  o: {dataset: orders, count: '*'}\n"


def told(text: str) -> str:
    """The complaints about a config."""
    with pytest.raises(ConfigError) as refused:
        parse(text, "w.yml", DSN)
    return str(refused.value)


def test_everything_wrong_with_a_file_is_told_at_once() -> None:
    """With UPDATE_GOLDEN=1 in the environment, what is told now becomes what is expected."""
    golden = GOLDEN / "bad.txt"
    with pytest.raises(ConfigError) as refused:
        parse((GOLDEN / "bad.yml").read_text(), "bad.yml", DSN)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(f"{refused.value}\n")
    assert f"{refused.value}\n" == golden.read_text()


WAREHOUSE = [
    (
        "work_mem: 64",
        "64 is not an amount of memory: write a number and kB, MB or GB, such as 64MB",
    ),
    ("work_mem: 64mb", "'64mb' is not an amount of memory: write a number and kB, MB or GB"),
    ("work_mem: 0MB", "'0MB' is not an amount of memory"),
    ("work_mem: 63kB", "'63kB' is out of range: PostgreSQL takes 64kB to 2047GB"),
    ("work_mem: 2048GB", "'2048GB' is out of range: PostgreSQL takes 64kB to 2047GB"),
    ("parallel_workers: -1", "parallel_workers: "),
    ("parallel_workers: 65", "parallel_workers: "),
    ("parallel_workers: many", "parallel_workers: "),
    ("connections_per_pass: 0", "connections_per_pass: "),
    ("connections_per_pass: 51", "connections_per_pass: "),
    ("name: ''", "'' is not a name of a warehouse: write letters, digits"),
    ("name: shop eu", "'shop eu' is not a name of a warehouse"),
    ("name: '{{ x }}'", "is not a name of a warehouse"),
    ("name: " + 64 * "a", "at most 63, such as shop-eu"),
    ("connections_per_pas: 1", "did you mean `connections_per_pass`?"),
]


@pytest.mark.parametrize(("written", "said"), WAREHOUSE)
def test_what_a_pass_may_cost_is_told_at_its_line(written: str, said: str) -> None:
    text = GOOD.replace(HEAD, f"warehouse:\n  dsn: '${{WAREHOUSE_DSN}}'\n  {written}\n")
    complaint = told(text)
    key = written.partition(":")[0]
    assert complaint.startswith(f"w.yml:3: warehouse.{key}: "), complaint
    assert said in complaint


def test_what_a_pass_may_cost_is_optional() -> None:
    given = "work_mem: 2047GB, parallel_workers: 0, connections_per_pass: 50"
    text = GOOD.replace("'${WAREHOUSE_DSN}'", f"'${{WAREHOUSE_DSN}}', {given}")
    found = parse(text, "w.yml", DSN).warehouse
    assert (found.work_mem, found.parallel_workers, found.connections_per_pass) == ("2047GB", 0, 50)
    usual = parse(GOOD, "w.yml", DSN).warehouse
    assert (usual.work_mem, usual.parallel_workers, usual.connections_per_pass) == (None, None, 2)


def test_the_good_config_of_these_tests_is_good() -> None:
    config = parse(GOOD, "w.yml", DSN)
    assert isinstance(config, Config)
    assert [str(check.id) for check in config.checks] == ["orders.volume"]


CHANGED = [
    ("key: id", "kye: id", "w.yml:6: datasets.orders.kye: unknown key `kye`; did you mean `key`?"),
    ("volume:", "volum:", "w.yml:8: datasets.orders.checks[0].volum: unknown kind of check"
     " `volum`; did you mean `volume`?"),
    ("'< 100'", "100", "100 is not a limit: write it in quotes, such as '> 5%'"),
    ("'< 100'", "'< 5 weeks'", "'weeks' in '< 5 weeks' is not a unit: use %, s, m, h, d or rows"),
    ("    relation: shop.orders\n", "", "w.yml:3: datasets.orders: `relation` is required"),
    ("relation: shop.orders", "relation: a.b.c", "w.yml:4: datasets.orders.relation: 'a.b.c' has"
     " 3 parts: write schema.table"),
    ("relation: shop.orders", "relation: 'shop.'", "'shop.' is not a relation"),
    ("key: id", "key: 3", "w.yml:6: datasets.orders.key: 3 is neither a name nor a list of names"),
    ("key: id", "expect_by: 25:30", "'25:30' is not a time of day"),
    ("key: id", "expect_by: 6", '6 is not a time of day: write it in quotes, such as "06:30"'),
    ("key: id", "expect_day: tomorrow", "must be 'yesterday' or 'today'"),
    ("key: id", "every: 5", "5 is not a duration: write a number and s, m, h or d"),
    ("key: id", "time_zone: Mars", "'Mars' is not a time zone: write an IANA name"),
    ("key: id", "columns: [a, {b: c}]", "a list of names, or a mapping of names to types"),
    ("key: id", "time: other", "w.yml:6: datasets.orders.time: the key 'time' appears twice"),
    ("key: id", "\tkey: id", "w.yml:6: not YAML: there is a tab here: indent with spaces"),
    ("key: id", "key: id: x", "w.yml:6: not YAML: a second `: ` in this line"),
    ("key: id", "key: [id", "not YAML: "),
    ("key: id", "key: !env id", "the tag !env means nothing here: write a plain value"),
    ("key: id", "time: '${COLUMN}'", "w.yml:6: datasets.orders.time: environment variable"
     " COLUMN is not set"),
    ("key: id", "owner: '${}'", "w.yml:6: datasets.orders.owner: `${}` names no variable"),
    ("orders:\n", "web-orders:\n", "'web-orders' is not a name: letters, digits and _"),
    ("orders:\n", "o" * 64 + ":\n", "is longer than 63 characters"),
    ("{critical", "{name: rows a day, critical", "'rows a day' is not a name"),
    ("{critical", "{window: week, critical", "write day, open, today, all, or 7d"),
    ("{critical", "{for: soon, critical", "'soon' is not a duration"),
    ("{critical", "{for: 1000000d, critical", "1000000d is too long: write at most 30d"),
    ("{critical", "{where: 'a in (select 1)', critical", "w.yml:8: datasets.orders.checks[0]"
     ".volume.where: a sub-select is not allowed here: use `queries`"),
    ("'< 100'}", "'< 100', warning: '< 50'}", "is laxer than critical '< 100'"),
    ("{critical: '< 100'}", "{}", "volume needs a limit, for example {critical: '< 100'}"),
    ("{critical: '< 100'}", "", "an item of `checks` is one kind, such as"),
    ("- volume: {critical: '< 100'}", "- volume", "an item of `checks` is one kind"),
    ("- volume: {critical: '< 100'}", "volume: {}", "must be a list, each item after `- `"),
    ("volume: {critical: '< 100'}", "completeness: {critical: '> 5%'}", "`column` is required"),
    ("{dsn:", "{dsn_file: x, dsn:", "write either `dsn: ${WAREHOUSE_DSN}` or `dsn_file:"),
    (HEAD, "", "w.yml:1: `warehouse` is required"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "message"), CHANGED)
def test_one_mistake_is_told_with_what_would_have_been_right(
    good: str, bad: str, message: str
) -> None:
    assert GOOD.count(good) == 1
    assert message in told(GOOD.replace(good, bad))


WHOLE = [
    ("", "w.yml:1: the file is empty: it needs `warehouse:` and `datasets:`"),
    ("# nothing yet\n", "w.yml:1: the file is empty"),
    ("- a\n", "w.yml:1: the file must be a mapping"),
    ("a: [1, 2", "the file ends inside a bracket that nothing closes"),
    ("a: 'x", "the file ends inside quotes that nothing closes"),
    ("a: 1\n---\nb: 2\n", "w.yml:2: not YAML: a second document begins here"),
    ("a: \x00", "a character that is not text"),
    ("? [a]\n: b\n", "w.yml:1: a key must be plain text"),
    ("a: *b\n", "w.yml:1: not YAML: found undefined alias 'b'"),
    ("a: &a\n  b: *a\n", "w.yml:2: a.b.b: too large or too deep: does an alias contain itself?"),
    ("a: " + "[" * 3000, "not YAML: nested too deeply"),
    (HEAD + "datasets: {}\n", "w.yml:2: datasets: must not be empty"),
    (HEAD + "datasets:\n  a: {<<: 3}\n", "w.yml:3: not YAML: expected a mapping"),
    (HEAD + "datasets:\n  queries: {relation: a}\n", "is reserved for your own queries"),
    (HEAD + "datasets:\n  a:\n", "w.yml:3: datasets.a: must be a mapping of keys and values"),
    (GOOD + "      - volume: {critical: '< 9'}\n", "w.yml:9: datasets.orders.checks[1].volume:"
     " a check named orders.volume is already on line 8: give one a `name:`"),
    (GOOD + METRICS + "  r: {ratio: [o, p]}\n", "metrics.r.ratio: there is no metric `p`"),
    (GOOD + "metrics: {o: {dataset: ordres, count: '*'}}\n", "there is no dataset `ordres`;"
     " did you mean `orders`?"),
    (GOOD + METRICS + "anomalies:\n  - {metrics: [p], method: zscore, warning: {z: 3}}\n",
     "w.yml:12: anomalies[0].metrics: there is no metric `p`"),
    (GOOD + "metrics: [{o: p}, {q: r}]\nanomalies:\n"
     "  - {metrics: [p], method: zscore, warning: {z: 3}}\n",
     "w.yml:9: metrics: must be a mapping of keys and values"),
    (GOOD.replace("key: id", "owner: o") + "owners: [{o: p}, {q: r}]\n",
     "w.yml:9: owners: must be a mapping of keys and values"),
    (GOOD + "queries:\n  - {name: a, dataset: x, sql: select 1, critical: '> 0'}\n",
     "there is no dataset `x`"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WHOLE)
def test_a_whole_file_that_cannot_be_used_says_why(text: str, message: str) -> None:
    assert message in told(text)


def test_a_few_lines_that_stand_for_millions_are_refused_quickly() -> None:
    levels = "abcdefgh"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"] + [
        f"{this}: &{this} [{', '.join([f'*{last}'] * 9)}]" for last, this in pairwise(levels)
    ]
    assert "too large or too deep" in told("\n".join(lines))


def test_a_circle_of_dependencies_is_shown_once_as_a_circle() -> None:
    text = HEAD + "datasets:\n" + "".join(
        f"  {name}: {{relation: t, depends_on: [{parent}]}}\n"
        for name, parent in [("b", "c"), ("c", "a"), ("a", "b"), ("d", "a"), ("e", "e")]
    )  # fmt: skip
    assert told(text).splitlines() == [
        "w.yml:5: datasets.a.depends_on: is a dependency cycle: a -> b -> c -> a",
        "w.yml:7: datasets.e.depends_on: is a dependency cycle: e -> e",
    ]


def test_what_is_broken_hides_no_other_mistake_and_causes_none() -> None:
    text = GOOD.replace("time: at", "tiem: at") + (
        "  items:\n    relation: i\n    owner: nobody\n    depends_on: [orders]\n"
        "    checks:\n      - volum: {critical: '< 1'}\n"
        "      - orphans: {column: order_id, references: {dataset: orders}, critical: '> 0'}\n"
        "owners: {data: {}}\nmetrics:\n  o: {dataset: orders, count: '*'}\n"
    )
    assert [line.split(":")[1] for line in told(text).splitlines()] == ["5", "11", "14"]


@pytest.mark.parametrize(
    "dsn",
    [
        "dsn: postgresql://exporter:secret@db/w",
        "dsn: host=db password=secret",
        "dsn: host=db password = 'secret'",
        "dsn: postgresql://exporter@db/w?password=secret",
        "dsn: postgresql://exporter:${A}secret@db/w",
        "'dsn': 'postgresql://exporter:secret@db/w'",
        "dsn: >-\n    postgresql://exporter:secret@db/w",
    ],
)
def test_a_literal_password_is_refused_and_not_repeated(dsn: str) -> None:
    text = GOOD.replace(HEAD, f"warehouse:\n  {dsn}\n")
    with pytest.raises(ConfigError) as refused:
        parse(text, "w.yml", DSN | {"A": "b"})
    assert "a password does not belong here: use ${WAREHOUSE_DSN}" in str(refused.value)
    assert "secret" not in str(refused.value)


SECRET = "postgresql://exporter:S3cretTail@db/w"
ECHOED = [
    ("dsn: '${WAREHOUSE_DSN:-" + SECRET + "}'", "takes the name of a variable and nothing else"),
    ("dsn: '${WAREHOUSE_DSN?" + SECRET + "}'", "takes the name of a variable and nothing else"),
    ("dsn_file: " + SECRET, "`dsn_file` is the path of a file"),
    ("dsn_file: '${SECRET}'", "`dsn_file` is the path of a file"),
    ("dsn_file: host=db password=S3cretTail", "`dsn_file` is the path of a file"),
    ("dsn: '${WAREHOUSE_DSN}'\n  timezone: '${SECRET}'", "${SECRET}"),
    (f"dsn: '${{WAREHOUSE_DSN}}'\n  timezone: '{SECRET}'", "this is not a time zone"),
    (f"dsn: '${{WAREHOUSE_DSN}}'\n  pass_timeout: '{SECRET}'", "this is not a duration"),
    (f"dsn: '${{WAREHOUSE_DSN}}'\n  work_mem: \"it's {SECRET}\"", "this is not an amount"),
    ("dsn: '${WAREHOUSE_DSN}'\n  work_mem: 'a ${SECRET}'", "${SECRET}"),
]


@pytest.mark.parametrize(("written", "message"), ECHOED)
def test_no_complaint_repeats_what_may_be_a_secret(written: str, message: str) -> None:
    text = GOOD.replace(HEAD, f"warehouse:\n  {written}\n")
    with pytest.raises(ConfigError) as refused:
        parse(text, "w.yml", DSN | {"SECRET": SECRET})
    assert message in str(refused.value)
    assert "S3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "dsn",
    [
        "${WAREHOUSE_DSN}",
        "postgresql://exporter@db:5432/w?sslmode=require",
        "postgresql://exporter:${PASSWORD}@db/w",
        "host=db password=${PASSWORD} port=5432",
        "host=db passfile=/run/pgpass",
    ],
)
def test_a_dsn_whose_password_is_elsewhere_is_fine(dsn: str) -> None:
    text = GOOD.replace(HEAD, f"warehouse:\n  dsn: {dsn}\n")
    config = parse(text, "w.yml", DSN | {"PASSWORD": "pw"})
    assert "${" not in (config.warehouse.dsn or "")


def test_a_file_that_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.yml:1: cannot be read: No such file"):
        load(tmp_path / "missing.yml")
    with pytest.raises(ConfigError, match=r":1: cannot be read: Is a directory"):
        load(tmp_path)
    latin = tmp_path / "latin.yml"
    latin.write_bytes("owner: Jürgen".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"latin\.yml:1: not UTF-8 text"):
        load(latin)
