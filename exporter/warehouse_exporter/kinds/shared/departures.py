"""When a departure from a baseline speaks: what each method of `anomaly` takes as its limits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from warehouse_exporter.baselines.student import two_sided
from warehouse_exporter.core.limits import Condition, Limit, Term, Unit, scaled
from warehouse_exporter.core.limits import Reading as How
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import Metric as Gauge
from warehouse_exporter.kinds.shared.base import Part

SCORE = Gauge(
    "warehouse_metric_score",
    "Distance from the baseline in standard deviations (of a normal distribution for seasonal,"
    " in MADs for mad).",
    ("metric",),
)
CHANGE = Gauge(
    "warehouse_metric_change_ratio", "Change against the baseline as a fraction of it.", ("metric",)
)
DIFFERENCE = Gauge(
    "warehouse_metric_difference",
    "Value minus baseline, in the unit of the metric: 0.02 is 2 points of a rate.",
    ("metric",),
)
MISSED = Gauge(
    "warehouse_metric_missed_rows",
    "Rows of a normal day, times the open days without a row up to the judged day.",
    ("metric",),
)


class Method(StrEnum):
    """How a baseline is made."""

    SEASONAL = "seasonal"
    ZSCORE = "zscore"
    MAD = "mad"
    CHANGE = "change"


class Direction(StrEnum):
    """Which departures speak."""

    FALL = "fall"
    RISE = "rise"
    BOTH = "both"

    @property
    def falls(self) -> bool:
        """Whether a value that is too low speaks."""
        return self is not Direction.RISE

    @property
    def rises(self) -> bool:
        """Whether a value that is too high speaks."""
        return self is not Direction.FALL


def parse_share(written: Any) -> float:
    """`30%` as 0.3."""
    text = str(written).strip()
    if isinstance(written, str) and text.endswith("%"):
        try:
            share = scaled(text[:-1].strip(), "%")
        except ValueError:
            share = 0.0
        if 0 < share < math.inf:
            return share
    raise ValueError(f"{written!r} is not a share: write per cent above 0, such as 30%")


PerCent = Annotated[
    float,
    BeforeValidator(parse_share),
    WithJsonSchema({"type": "string", "pattern": "^[0-9.]+ ?%$"}),
]


class Departure(Part):
    """The limits of one severity; which of them there are depends on the method."""

    z: float | None = Field(None, gt=0, description="zscore, mad: abs(z) at least this.")
    change: PerCent | None = Field(
        None, description="seasonal, zscore, change: change of either sign, at least this."
    )
    below: PerCent | None = Field(None, description="mad: less than this share of the median.")
    fall: PerCent | None = Field(
        None,
        description="seasonal: two-sided probability of a fall; change: how large a fall is.",
    )
    rise: PerCent | None = Field(
        None,
        description="seasonal: two-sided probability of a rise; change: how large a rise is.",
    )
    points: PerCent | None = Field(
        None, description="seasonal, of a ratio: points of difference, instead of `change`."
    )


BUILT_IN: Mapping[Severity, Departure] = {
    severity: Departure.model_validate(limits)
    for severity, limits in (
        (Severity.CRITICAL, {"fall": "0.1%", "rise": "0.02%", "change": "30%"}),
        (Severity.WARNING, {"fall": "1%", "rise": "0.25%", "change": "15%"}),
        (Severity.INFO, {"fall": "1%", "rise": "0.25%", "change": "15%"}),
    )
}
"""The limits of `seasonal`; what is written stands in the place of its part."""
MISSED_ROWS = {Severity.CRITICAL: 10.0, Severity.WARNING: 7.0, Severity.INFO: 7.0}
TAKES: Mapping[Method, tuple[str, ...]] = {
    Method.SEASONAL: ("fall", "rise", "change", "points"),
    Method.ZSCORE: ("z", "change"),
    Method.MAD: ("z", "below"),
    Method.CHANGE: ("change", "fall", "rise"),
}
EXAMPLES: Mapping[Method, str] = {
    Method.SEASONAL: "{warning: {fall: 1%, rise: 0.25%, change: 15%}}",
    Method.ZSCORE: "{warning: {z: 3, change: 30%}}",
    Method.MAD: "{warning: {z: 3, below: 60%}, critical: {z: 5, below: 30%}}",
    Method.CHANGE: "{warning: {fall: 30%, rise: 50%}}",
}


def problem_of(method: Method, limit: Departure, direction: Direction) -> str | None:
    """What is wrong with limits under a method; None when nothing is."""
    given = limit.model_dump(exclude_none=True)
    example = f"for example {EXAMPLES[method]}"
    for name in given:
        if name not in TAKES[method]:
            return f"`{name}` is not a limit of {method}, {example}"
    if method is Method.SEASONAL:
        if limit.change is not None and limit.points is not None:
            return "`change` is a fraction of the baseline, `points` is not: write one of them"
        if any(alpha is not None and alpha >= 1 for alpha in (limit.fall, limit.rise)):
            return f"a probability is less than 100 %, {example}"
    elif method is Method.ZSCORE and limit.z is None:
        return f"zscore needs `z`, {example}"
    elif method is Method.MAD:
        if limit.z is None or limit.below is None or limit.below > 1:
            return f"mad needs `z`, and `below` of 100 % at most, {example}"
        if direction is Direction.RISE:
            return "mad sees falls only: use zscore or seasonal for rises"
    elif method is Method.CHANGE:
        if limit.change is not None and (limit.fall is not None or limit.rise is not None):
            return "`change` is for both signs: write it, or `fall` and `rise`"
        if not conditions_of_change(limit, direction):
            return f"change needs a limit for this direction, {example}"
    return None


def at_least(gauge: Gauge, bound: float, unit: Unit, text: str) -> Term:
    """A limit on the magnitude of a gauge."""
    return Term(gauge.name, Limit(">=", bound, unit, text), How.MAGNITUDE)


def beyond(gauge: Gauge, side: int, bound: float, unit: Unit, text: str) -> Term:
    """A limit on one side of a gauge."""
    limit = Limit("<=", -bound, unit, text) if side < 0 else Limit(">=", bound, unit, text)
    return Term(gauge.name, limit, How.SIGNED)


def per_cent(share: float) -> str:
    """`30 %`."""
    return f"{share * 100:g} %"


def sides(direction: Direction) -> Iterable[int]:
    """-1 and 1, as far as they speak."""
    return [side for side, speaks in ((-1, direction.falls), (1, direction.rises)) if speaks]


def condition(
    method: Method, severity: Severity, limit: Departure, direction: Direction
) -> Condition:
    """The limits as a positive statement of the breach."""
    if method is Method.SEASONAL:
        return of_seasonal(severity, filled(severity, limit), direction)
    if method is Method.MAD:
        return Condition.all_of(*terms_of_mad(limit))
    if method is Method.CHANGE:
        return Condition.any_of(*conditions_of_change(limit, direction))
    return of_zscore(limit, direction)


def of_zscore(limit: Departure, direction: Direction) -> Condition:
    """abs(z) >= z and abs(change) >= change, or the same of one sign."""
    z, change = limit.z or 0.0, limit.change
    if direction is Direction.BOTH:
        terms = [at_least(SCORE, z, Unit.NUMBER, f"|z| >= {z:g}")]
        if change is not None:
            text = f"change >= {per_cent(change)}"
            terms.append(at_least(CHANGE, change, Unit.SHARE, text))
        return Condition.all_of(*terms)
    (side,) = sides(direction)
    return Condition.all_of(*one_side(side, z, CHANGE, change))


def one_side(side: int, z: float, gauge: Gauge, change: float | None) -> list[Term]:
    """A score, and a change if given, on one side."""
    op, sign = ("<=", "-") if side < 0 else (">=", "")
    terms = [beyond(SCORE, side, z, Unit.NUMBER, f"z {op} {sign}{z:.3g}")]
    if change is not None:
        what = "change" if gauge is CHANGE else "difference"
        text = f"{what} {op} {sign}{per_cent(change)}"
        terms.append(beyond(gauge, side, change, Unit.SHARE, text))
    return terms


def terms_of_mad(limit: Departure) -> list[Term]:
    """z <= -z and value < below * median: falls only.

    The bound on the change is below - 1; in per cent it is rounded once, as the change itself is.
    """
    z, below = limit.z or 0.0, limit.below or 0.0
    bound = (round(below * 100, 9) - 100) / 100
    return [
        Term(SCORE.name, Limit("<=", -z, Unit.NUMBER, f"z <= -{z:g}"), How.SIGNED),
        Term(
            CHANGE.name,
            Limit("<", bound, Unit.SHARE, f"value < {per_cent(below)} of the median"),
            How.SIGNED,
        ),
    ]


def conditions_of_change(limit: Departure, direction: Direction) -> list[Term]:
    """A fall, a rise, or either, in per cent of what was before."""
    sizes = {-1: limit.fall or limit.change, 1: limit.rise or limit.change}
    words = {-1: "fall", 1: "rise"}
    return [
        beyond(CHANGE, side, size, Unit.SHARE, f"{words[side]} of {per_cent(size)}")
        for side in sides(direction)
        if (size := sizes[side]) is not None
    ]


def of_seasonal(severity: Severity, limit: Departure, direction: Direction) -> Condition:
    """Less likely than said, and a change that matters; or nothing where rows were expected."""
    gauge, size = (CHANGE, limit.change) if limit.points is None else (DIFFERENCE, limit.points)
    alphas = {-1: limit.fall, 1: limit.rise}
    alternatives = [
        tuple(one_side(side, two_sided(alpha), gauge, size))
        for side in sides(direction)
        if (alpha := alphas[side]) is not None
    ]
    if direction.falls:
        rows = MISSED_ROWS[severity]
        text = f"{rows:g} rows missed"
        alternatives.append((Term(MISSED.name, Limit(">=", rows, Unit.NUMBER, text), How.SIGNED),))
    return Condition(tuple(alternatives))


def filled(severity: Severity, limit: Departure) -> Departure:
    """The limits of `seasonal`, with those that were not written."""
    given = limit.model_dump(exclude_none=True)
    in_place = {"change": None, **given} if "points" in given else given
    return BUILT_IN[severity].model_copy(update=in_place)


def speaks_late(warning: Condition, critical: Condition) -> bool:
    """Whether a warning's first limit is laxer than that of its critical, on some side."""
    firsts = [
        (mild[0], hard[0])
        for mild in warning.alternatives
        for hard in critical.alternatives
        if (mild[0].metric, mild[0].reading) == (hard[0].metric, hard[0].reading)
    ]
    return any(mild.limit.laxer_than(hard.limit) for mild, hard in firsts)
