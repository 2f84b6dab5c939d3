"""YAML as people mean it: `10:30` and `no` are text, merge keys work, every part has its line."""

from __future__ import annotations

from warehouse_exporter.config.document import read


def test_plain_values_are_what_they_look_like() -> None:
    text = "{time: 10:30, word: no, day: 2026-03-01, on: on, yes: true, n: 010, x: 1.5, z: ~, e: }"
    assert read(text, "w.yml").data == {
        "time": "10:30",
        "word": "no",
        "day": "2026-03-01",
        "on": "on",
        "yes": True,
        "n": 10,
        "x": 1.5,
        "z": None,
        "e": None,
    }


def test_merge_keys_give_what_a_mapping_does_not_say_itself() -> None:
    found = read("base: &b {every: 5m, owner: data}\nmine:\n  <<: *b\n  owner: shop\n", "w.yml")
    assert found.data["mine"] == {"every": "5m", "owner": "shop"}
    assert not found.problems, "what is merged is not written twice"


def test_every_part_knows_its_line_and_what_is_missing_the_line_around_it() -> None:
    found = read("a:\n  - b: 1\n  - c:\n      d: 2\n", "w.yml")
    assert found.line(("a", 1, "c", "d")) == 4
    assert found.line(("a", 1, "c", "missing", "deeper")) == 3
    assert found.line(("nowhere",)) == 1


def test_variables_come_from_the_environment_and_two_dollars_are_one() -> None:
    text = "{a: 'x${NAME}y', b: '$${NAME}', c: $NAME, d: '${EMPTY}', '${NAME}': e}"
    found = read(text, "w.yml", {"NAME": "${OTHER}", "EMPTY": ""})
    assert found.data == {
        "a": "x${OTHER}y",
        "b": "${NAME}",
        "c": "$NAME",
        "d": "",
        "${NAME}": "e",
    }
    assert not found.problems
