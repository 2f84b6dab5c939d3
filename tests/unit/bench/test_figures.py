"""Medians, ratios within a round, aims, tables, and the lines of /proc."""

from __future__ import annotations

import pytest

from labs.bench import accounts, missed, profile, tables, variants
from labs.bench.contenders import AS_IS, FIRST, FLOOR, FULL, FUSED, NAIVE, ROOT, STEADY, Cost
from labs.bench.figures import LONG, SHORT, STEADY_FUSED, Aim, aims_of, median, ratio
from labs.bench.profile import Found
from labs.bench.tables import Grid


def cost(server: float, client: float = 0.05, rss: int = 60) -> Cost:
    """A cost of which only some numbers matter."""
    return Cost(1.5, server, client, rss * 1024 * 1024, 7, 12345)


def rounds(full: float = 1.0, steady: float = 0.05) -> list[dict[str, Cost]]:
    """Three rounds on a machine that is half as fast in the second."""
    one = {
        FLOOR: cost(0.2), NAIVE: cost(3.0), FUSED: cost(1.0), FULL: cost(full), FIRST: cost(0.9),
        STEADY: cost(steady),
    }  # fmt: skip
    slow = {name: cost(2 * each.server) for name, each in one.items()}
    return [one, slow, one]


def test_a_ratio_is_made_within_its_round() -> None:
    uneven = [{FULL: cost(1), FUSED: cost(1)}, {FULL: cost(4), FUSED: cost(2)}]
    uneven.append({FULL: cost(9), FUSED: cost(3)})
    assert ratio(uneven, FULL, FUSED) == 2
    assert median(uneven, FULL).server == 4


def test_a_ratio_to_nothing_is_none_and_meets_no_aim() -> None:
    nothing = [{SHORT: cost(0), LONG: cost(0)}]
    assert ratio(nothing, LONG, SHORT) is None
    (aim,) = aims_of(nothing)
    assert not aim.met
    assert tables.aims([aim]).rows[0][2:] == ["-", "not met"]


@pytest.mark.parametrize(
    ("full", "steady", "met"),
    [(1.15, 0.07, "met met met met"), (1.16, 0.071, "not met met met not met")],
)
def test_an_aim_is_met_up_to_its_bound(full: float, steady: float, met: str) -> None:
    rows = tables.aims(aims_of(rounds(full, steady))).rows
    assert " ".join(row[-1] for row in rows[:4]) == met


@pytest.mark.parametrize(("rate", "met"), [(2000.0, "met"), (1999.0, "not met"), (None, "not met")])
def test_what_must_be_many_is_met_from_its_bound_on(rate: float | None, met: str) -> None:
    (row,) = tables.aims([Aim("scrapes", 2000, "/s", rate, least=True)]).rows
    assert (row[1], row[-1]) == ("at least 2,000 /s", met)


def test_an_aim_that_is_missed_names_what_costs_most_and_what_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(missed.TRIED, STEADY_FUSED, "Tried: to read less.")
    found = [Found(f"statement {n}", f"orders.check_{n}", n / 10, 1) for n in range(5)]
    aim = next(aim for aim in aims_of(rounds(steady=0.2)) if aim.what == STEADY_FUSED)
    text = missed.because("1,000 events", aim, found)
    assert f"**{STEADY_FUSED}** (1,000 events): 0.2 x, aim at most 0.07 x." in text
    assert "statement 4, for orders.check_4 (40%); statement 3" in text
    assert "statement 1" not in text
    assert "Tried: to read less." in text


def test_the_rest_of_a_pass_stands_below_its_statements() -> None:
    found = [Found("scan", "orders.volume", 0.1, 7), Found("join", "a.b, c.d", 0.3, 9)]
    assert profile.grid(found, 0.55).rows == [
        ["join", "0.300", "9", "2 checks"],
        ["scan", "0.100", "7", "orders.volume"],
        ["connections, transactions, the catalogue", "0.150", "", ""],
    ]


def test_the_variants_are_compared_by_their_medians() -> None:
    walls = ((1.0, 2.0), (3.0, 4.0), (2.0, 9.0))
    one = [
        {
            name: {pass_: Cost(wall, wall / 2, 0, 0, 1, 1) for pass_ in variants.COMPARED}
            for name, wall in zip(("a", "b"), pair, strict=True)
        }
        for pair in walls
    ]
    assert variants.grid(one).rows == [["a", *["2.00", "1.00"] * 3], ["b", *["4.00", "2.00"] * 3]]


def test_a_table_is_aligned_in_its_source() -> None:
    text = Grid(["", "s"], [["a", "1.0"], ["long", "12.0"]]).markdown()
    assert text == "|      |    s |\n| ---- | ---: |\n| a    |  1.0 |\n| long | 12.0 |\n"


def test_the_costs_say_everything_of_a_contender() -> None:
    found = tables.costs(rounds())
    row = dict(zip(found.head, found.rows[list(rounds()[0]).index(FULL)], strict=True))
    assert row == {
        "": "full round", "wall s": "1.500", "server CPU s": "1.000", "client CPU s": "0.050",
        "RSS MiB": "60", "statements": "7", "blocks": "12,345", "x floor_count": "5.00",
        "x fused": "1.00", "x naive": "0.33",
    }  # fmt: skip


def test_a_process_may_be_called_anything() -> None:
    stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 200 0 0 11 22 33 44 20 0 1 0 5 6 7"
    assert accounts.ticks(stat, accounts.UTIME) == 33
    assert accounts.ticks(stat, accounts.CUTIME) == 77


def test_the_statements_of_a_plan_are_found() -> None:
    text = (
        "-- 2 statements for 3 checks\n\n-- orders: single values\n-- for: orders.a, orders.b\n"
        "SELECT 1\nFROM t;\n\n-- orders.c: the catalogue answers, no statement\n"
    )
    (found,) = profile.planned(text)
    assert (found.what, found.sql) == ("orders: single values", "SELECT 1\nFROM t")
    assert found.serves == "orders.a, orders.b"


def test_every_variant_says_something_else_in_a_config() -> None:
    texts = [(ROOT / "labs" / "bench" / name).read_text() for name in ("full.yml", "days.yml")]
    shipped, *others = variants.VARIANTS.values()
    assert shipped == AS_IS
    for old, new in others:
        assert any(text.replace(old, new) != text for text in texts), new
