"""SQL files are cut into the statements that psql would run."""

from __future__ import annotations

import re

from labs.bench import scripts
from labs.bench.measures import MEASURES

TEXT = """\
-- a comment; with a semicolon
SET TIME ZONE 'UTC';
\\echo first
SELECT 1;  -- and why
\\echo second
SELECT 2
"""


def test_comments_go_and_names_stay() -> None:
    found = [(one.name, one.sql) for one in scripts.statements(TEXT)]
    assert found == [("", "SET TIME ZONE 'UTC'"), ("first", "SELECT 1"), ("second", "SELECT 2")]


def test_settings_are_no_statements_that_read() -> None:
    assert scripts.asking("fused.sql") == 5
    assert scripts.asking("floor_count.sql") == 8


def test_the_file_of_single_statements_is_the_catalogue() -> None:
    catalogue = (scripts.FOLDER / "catalogue.md").read_text()
    listed = re.findall(r"^\*\*(\d+)\. `(\w+)`\*\*", catalogue, re.MULTILINE)
    assert listed == [(str(measure.number), measure.name) for measure in MEASURES]
    blocks = re.findall(r"```sql\n(.*?);\n```", catalogue, re.DOTALL)
    written = [(one.name, one.sql) for one in scripts.read("naive.sql") if one.name]
    assert written == [(name, sql) for (_, name), sql in zip(listed, blocks, strict=True)]


def test_no_file_has_more_names_than_measures() -> None:
    names = {measure.name for measure in MEASURES if measure.differs}
    assert {one.name for one in scripts.read("differs.sql")} == names
