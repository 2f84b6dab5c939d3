"""What is written down of the long tests, and the page of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from labs.campaign import page, record
from labs.campaign.__main__ import Recorder
from labs.campaign.record import Result

PASSED = Result("tests/chain/dbt/test_a.py::test_1[x]", "passed", 90.0, "0123456", "2026-12-01")
FAILED = Result("tests/chain/dbt/test_a.py::test_two", "failed", 30.0, "789abcd", "2026-12-02")


def test_the_page_is_that_of_the_results() -> None:
    assert page.PATH.read_text(encoding="utf-8") == page.render(record.read())


def test_a_part_has_a_line_and_what_did_not_pass_its_name() -> None:
    new, gone = "tests/database/year/test_b.py::test_three", Result("tests/gone.py::t", "failed")
    results = {one.test: one for one in (PASSED, FAILED, gone)}
    said = page.render(record.of_today(results, [PASSED.test, FAILED.test, new]))
    days = "2026-12-01 to 2026-12-02"
    assert f"| tests/chain/dbt | 2 | 0 | 1 | 2.0 | {days} | 0123456, 789abcd |" in said
    assert "| tests/database/year | 1 | 1 | 0 | 0.0 |  |  |" in said
    assert f"| **all** | 3 | 1 | 1 | 2.0 | {days} | 0123456, 789abcd |" in said
    assert f"- `{FAILED.test}`: failed at 789abcd\n" in said
    assert new not in said
    assert "gone" not in said
    assert "All that ran passed." in page.render({PASSED.test: PASSED})


def test_a_test_is_written_down_when_it_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "results.csv"
    monkeypatch.setattr("labs.campaign.__main__.PATH", path)
    record.write({FAILED.test: FAILED, PASSED.test: PASSED}, path)
    recorder = Recorder("fedcba9")
    for when, outcome in (("setup", "passed"), ("call", "skipped"), ("teardown", "passed")):
        assert record.read(path)[FAILED.test] == FAILED
        place = ("tests/chain/dbt/test_a.py", 1, "test_two")
        recorder.pytest_runtest_logreport(
            pytest.TestReport(FAILED.test, place, {}, outcome, None, when, duration=1.0)  # type: ignore[arg-type]
        )
    ended = record.read(path)[FAILED.test]
    assert (ended.outcome, ended.seconds, ended.commit) == ("skipped", 3.0, "fedcba9")
    assert record.read(path)[PASSED.test] == PASSED
