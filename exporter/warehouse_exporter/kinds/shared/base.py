"""The base classes of all kinds of checks: common parameters, limits, and how hits become samples.

A kind is one file with one class: its parameters (fields), what it asks of the database (`needs`),
what the answer means (`samples`), and its public names. It has no try block, no connection and no
limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from warehouse_exporter.core import names
from warehouse_exporter.core.calendar import WINDOW, describe_window
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Condition, Limit, Term, Unit
from warehouse_exporter.core.model import NO_LABELS, Dataset, Datasets, Fact, Sample, Severity
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.nouns import Noun
from warehouse_exporter.core.states import Count, Hits
from warehouse_exporter.core.wording import counted, permitted, spoken_window
from warehouse_exporter.kinds.shared.usable import all_of, without
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import expressions, words


def valid_expression(text: str) -> str:
    """An allowed SQL expression; the ValueError says why another is not."""
    expressions.parse(text)
    return text


def valid_window(text: str) -> str:
    """`day`, `open`, `today`, `all` or a number of days such as `7d`."""
    if not WINDOW.match(text):
        raise ValueError(f"{text!r} is not a window: write day, open, today, all, or 7d")
    return text


def parse_limits(written: Any) -> tuple[Limit, ...]:
    """One limit, or a list of limits of which any may be breached."""
    texts = written if isinstance(written, list | tuple) else [written]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{written!r} is not a limit: write it in quotes, such as '> 5%'")
    return tuple(Limit.parse(text) for text in texts)


L = TypeVar("L")
LIMIT_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
    "description": "A breach: '> 5%', '> 12h', '> 10 rows', '< 100'. In a list, any of them.",
}
OWN_ROWS = ("rows", "orders", "lines")
"""Things that are the rows of the dataset itself."""
Expression = Annotated[str, AfterValidator(valid_expression)]
Window = Annotated[str, AfterValidator(valid_window)]
Limits = Annotated[tuple[Limit, ...], BeforeValidator(parse_limits), WithJsonSchema(LIMIT_SCHEMA)]
Name = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=63)]
Title = Annotated[str, Field(min_length=1, max_length=80)]
Duration = Annotated[str, Field(pattern=r"^[0-9]+(s|m|h|d)$")]


class Part(BaseModel):
    """A group of a kind's parameters, such as the other dataset it compares with."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(BaseModel):
    """A kind of check: its parameters, and what they mean."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True,
        defer_build=True,  # the config's own model holds them all, and is built once
    )  # fmt: skip

    kind: ClassVar[str]
    ids: ClassVar[tuple[str, ...]] = ()
    """What the catalogue of checks calls it; a kind that came later has none."""
    metric: ClassVar[Metric]
    alert: ClassVar[str]
    summary: ClassVar[str]
    layer: ClassVar[str] = "quality"
    section: ClassVar[str] = "checks"
    default_window: ClassVar[str] = "day"
    more_metrics: ClassVar[tuple[Metric, ...]] = ()
    in_hindsight: ClassVar[bool] = True
    """Whether a past day can be judged by today's rows."""
    fault: ClassVar[Fault] = Fault.STATISTICS
    """What sort of fault a breach is, which says what it may follow from, and explain."""
    root_cause: ClassVar[bool] = False
    """Whether a breach causes others: rows did not arrive, or columns changed."""
    symptom: ClassVar[bool] = True
    """Whether a root cause, in its dataset or upstream, can be the reason for a breach. False where
    the rows found are wrong in themselves."""
    in_the_past: ClassVar[bool] = True
    """Whether a finding can be about rows of closed days. False where those are only history."""
    judges_days: ClassVar[bool] = True
    """Whether it judges each day's rows separately, so that a day with late rows is judged again.
    False where it judges the newest rows, or a history."""
    sees_infinity: ClassVar[bool] = False
    """Whether rows at infinity are what it looks for; to others they are of no day."""
    judged: ClassVar[Mapping[str, str]] = NO_LABELS
    """Labels that select the judged series, where the metric has other series as well."""
    runbook: ClassVar[str] = ""
    """The runbook of its alert as Markdown, for a kind of another package: ours are files."""
    example: ClassVar[str] = ""
    """A part of a config, as YAML, that has one check of the kind: for its page."""
    counts_things: ClassVar[bool] = False
    """Whether its limits without a unit are numbers of things, such as rows or columns."""
    verbatim: ClassVar[frozenset[str]] = frozenset()
    """Parameters whose items are text exactly as written, whatever YAML would read them as."""

    name: Name | None = Field(None, description="Name of the check; default: the kind and column.")
    title: Title | None = Field(
        None, description="What a finding means, in words of your own: alerts begin with them."
    )
    where: Expression | None = Field(None, description="Only rows for which this is true.")
    window: Window | None = Field(None, description="Rows to judge: day, open, today, all or 7d.")
    hold: Duration | None = Field(
        None, alias="for", description="How long a breach must last before the alert fires."
    )

    @classmethod
    def as_written(cls) -> type[Kind]:
        """The model of what is written in the config; other packages may add words to it."""
        return cls

    def default_name(self) -> str:
        """The name of a check that has none in the config; a default column is not part of it."""
        column, fields = getattr(self, "column", None), type(self).model_fields
        named = column and column != fields["column"].default
        return f"{self.kind}_{column}" if named else self.kind

    def window_of(self, dataset: Dataset) -> str:
        """The window of the check or the kind; the whole table where it has no time column."""
        return self.window or (self.default_window if dataset.time else "all")

    def span(self, view: DatasetView) -> tuple[date, ...] | None:
        """The days the check is about, or None for the whole table."""
        return view.days(self.window_of(view.dataset))

    def when(self, view: DatasetView) -> str:
        """The window in words."""
        return describe_window(self.span(view))

    def on(self, view: DatasetView) -> str:
        """The window behind what happened: ` on Sun 29 Nov`; nothing for the whole table."""
        return spoken_window(self.span(view), view.calendar.today)

    def times(self, view: DatasetView) -> tuple[tuple[str, str], ...]:
        """The time columns, by dataset, that select the rows: rows without a time are counted."""
        own, metrics = view.dataset, [view.metrics[name] for name in self.builds_on()]
        metrics += [view.metrics[part] for metric in metrics for part in metric.ratio or ()]
        read = [own.name] if own.time and self.span(view) is not None else []
        read += [metric.dataset for metric in metrics if metric.dataset]
        return tuple((name, view.other(name).dataset.time or "") for name in dict.fromkeys(read))

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        """The days on which it expects data; none where it only judges the rows it finds."""
        return ()

    def refers_to(self) -> tuple[str, ...]:
        """Other datasets the check compares with."""
        return ()

    def builds_on(self) -> tuple[str, ...]:
        """Other metrics the check depends on."""
        return ()

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        """What is wrong with this check on this dataset, beyond its own fields."""
        if self.window not in (None, "all") and not dataset.time:
            return [f"window: {self.window} needs a time column on dataset {dataset.name}"]
        return []

    def no_time(self, dataset: Dataset, otherwise: str = "") -> list[str]:
        """The error of a kind that needs a time column; `otherwise` names an alternative."""
        if dataset.time:
            return []
        return [f"{self.kind} needs `time:` on dataset {dataset.name}{otherwise}"]

    def no_window(self) -> list[str]:
        """The error of a kind that looks for the newest row, whatever the window."""
        if self.window is None:
            return []
        return [f"{self.kind} looks at the newest rows, of any day: no `window`"]

    def conditions(self) -> Mapping[Severity, Condition]:
        """When each severity fires."""
        raise NotImplementedError

    def allows(self, terms: Sequence[Term]) -> str:
        """What the limits of some terms allow, as a sentence says it: `at most 5 %`."""
        counts = self.counts_things
        return " and ".join(dict.fromkeys(permitted(t.limit, counts=counts) for t in terms))

    def told(self, select: Callable[[str], str]) -> Mapping[str, str]:
        """What an alert shows besides value and limit: PromQL by name, on the check's series.

        `select` turns the name of a metric into a series.
        """
        return {}

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        """What must be read; raises Unmeasured if something is missing."""
        raise NotImplementedError

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        """Gauges and evidence from what was read; raises Skipped or Unmeasured."""
        raise NotImplementedError


def worst_first(critical: L | None, warning: L | None, info: L | None) -> Mapping[Severity, L]:
    """The given limits in the order of judgement."""
    all_three = {Severity.CRITICAL: critical, Severity.WARNING: warning, Severity.INFO: info}
    return {severity: limit for severity, limit in all_three.items() if limit}


class Limited(Kind):
    """A kind with plain limits on its gauges."""

    info: Limits | None = Field(None, description="Shown and counted; notifies nobody.")
    warning: Limits | None = Field(None, description="A ticket or a channel.")
    critical: Limits | None = Field(None, description="A page; stops the DAG.")

    advice: ClassVar[str] = "critical: '> 0'"
    needs_limit: ClassVar[bool] = True

    @classmethod
    def term(cls, limit: Limit) -> Term:
        """The gauge that a limit applies to; ValueError if its unit does not fit this kind."""
        if limit.unit is Unit.NUMBER:
            return Term(cls.metric.name, limit)
        raise ValueError(f"{limit.text!r}: {cls.kind} is a plain number, write no unit")

    @field_validator("info", "warning", "critical")
    @classmethod
    def unit_fits(cls, limits: tuple[Limit, ...] | None) -> tuple[Limit, ...] | None:
        """Every limit has a unit that this kind takes."""
        for limit in limits or ():
            cls.term(limit)
        return limits

    @model_validator(mode="after")
    def limits_make_sense(self) -> Self:
        """There is a limit, and a warning fires before its critical."""
        if self.needs_limit and not self.limits():
            raise ValueError(f"{self.kind} needs a limit, for example {{{self.advice}}}")
        for warning in self.warning or ():
            for critical in self.critical or ():
                if warning.laxer_than(critical):
                    raise ValueError(
                        f"warning {warning.text!r} is laxer than critical {critical.text!r}: "
                        "it would never fire first"
                    )
        return self

    def limits(self) -> Mapping[Severity, tuple[Limit, ...]]:
        """The limits given, worst severity first."""
        return worst_first(self.critical, self.warning, self.info)

    def conditions(self) -> Mapping[Severity, Condition]:
        return {
            severity: Condition.any_of(*(self.term(limit) for limit in limits))
            for severity, limits in self.limits().items()
        }


class Share(Limited):
    """A kind that answers "how many of how many": a ratio beside the rows failed and checked."""

    advice: ClassVar[str] = "critical: '> 5%'"
    things: ClassVar[str] = "rows"
    counts_things = True
    hits_fail: ClassVar[bool] = True
    """Whether the hits are the failures; for a coverage, the others are."""

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.SHARE:
            return Term(cls.metric.name, limit)
        if limit.unit is Unit.ROWS or (limit.unit is Unit.NUMBER and limit.bound == 0):
            return Term(names.ROWS_FAILED.name, limit)
        raise ValueError(
            f"{limit.text!r} lacks a unit: write a share such as '> 5%' "
            "or a count such as '> 5 rows'"
        )

    def labels(self) -> Mapping[str, str]:
        """Labels of the series, besides `dataset` and `check`."""
        column = getattr(self, "column", None)
        return {"column": column} if column else NO_LABELS

    def gauges(self, hits: float, total: float, *more: float) -> dict[str, float]:
        """The ratio, a number for each of `more_metrics`, and the rows failed and checked.

        `total` is not 0.
        """
        beside = zip(self.more_metrics, more, strict=True)
        return {
            self.metric.name: hits / total,
            **{metric.name: float(number) for metric, number in beside},
            names.ROWS_FAILED.name: float(hits if self.hits_fail else total - hits),
            names.ROWS_CHECKED.name: float(total),
        }

    def all_rows(self, view: DatasetView) -> Scan:
        """How many rows there are, for a kind that divides by the rows with a value."""
        cells = (words.count(view.predicate(self.where)),)
        return Scan(view.dataset.name, self.span(view), Count, cells)

    def lacking(self, view: DatasetView) -> str:
        """What a row needs in order to count in the denominator."""
        return getattr(self, "column", None) or "a value"

    def noun(self, view: DatasetView) -> Noun:
        """What is counted: the rows by the name that the dataset gives them."""
        if self.things in OWN_ROWS:
            return view.dataset.thing
        return Noun(self.things.removesuffix("s"), self.things)

    def part(self, view: DatasetView, hits: float, total: float) -> str:
        """`58 of 1,000 orders`."""
        return f"{hits:,.0f} of {self.noun(view).counted(total)}"

    def flaw(self, view: DatasetView, state: Hits) -> str:
        """What is said of the hits, such as `without client_id`; "" says the evidence instead."""
        return ""

    def fact(self, view: DatasetView, state: Hits) -> Fact | None:
        """What was seen, as a sentence says it; None says the evidence instead."""
        flaw = self.flaw(view, state)
        if not flaw:
            return None
        text = f"{self.part(view, state.hits or 0, state.total or 0)} {flaw}{self.on(view)}"
        return Fact(text, coverage=not self.hits_fail)

    def evidence(self, view: DatasetView, state: Hits) -> str:
        """What was seen, in numbers."""
        total = counted(state.total or 0, self.things.removesuffix("s"))
        return f"{state.hits:,.0f} of {total}"

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        return [self.sample_of(view, readings["rows"].total(Hits), all_of(readings))]

    def sample_of(self, view: DatasetView, state: Hits, rows: int = 0) -> Sample:
        """The share as a sample. Raises Skipped, or Unmeasured if `rows` have nothing usable."""
        if state.hits is None or not state.total:
            if rows:
                raise without(rows, self.lacking(view), self.when(view))
            raise Skipped(f"nothing to divide by: 0 rows {self.when(view)}")
        values = self.gauges(state.hits, state.total)
        fact = self.fact(view, state)
        return Sample(values, self.evidence(view, state), self.labels(), fact=fact)
