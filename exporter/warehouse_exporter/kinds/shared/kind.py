"""The base class of all kinds of checks: the parameters and the questions that all have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from warehouse_exporter.core.calendar import describe_window
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Condition, Term
from warehouse_exporter.core.model import NO_LABELS, Dataset, Datasets, Sample, Severity
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import permitted, spoken_window
from warehouse_exporter.kinds.shared.acceptance import Acceptance
from warehouse_exporter.kinds.shared.fields import Duration, Expression, Name, Title, Window
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Failing, Need, Readings, Scan
from warehouse_exporter.sql import statements, words


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
    part_of_a_load: ClassVar[bool] = False
    """Whether a finding of the fault `load` is about hours of a day that came otherwise. They may
    be missing for a reason of their own: rows have moved to another time."""
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
    counts_failing_rows: ClassVar[bool] = False
    """Whether the first count of its scan `rows` is that of the rows that fail."""
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
    accept: Acceptance | None = Field(
        None,
        exclude=True,  # whether it is silent changes nothing about what the check reads
        description="A known finding: shown as accepted, and silent until a day.",
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

    def awaits_rows(self, view: DatasetView) -> bool:
        """Whether it matters to the check on which weekdays its dataset never has rows."""
        return bool(self.expects(view))

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

    def beyond_accepted(self) -> Condition | None:
        """When a finding is beyond what is accepted; None: whatever is found is accepted."""
        return None

    def allows(self, terms: Sequence[Term]) -> str:
        """What the limits of some terms allow, as a sentence says it: `at most 5 %`."""
        counts = self.counts_things
        return " and ".join(dict.fromkeys(permitted(t.limit, counts=counts) for t in terms))

    def told(self, select: Callable[[str], str]) -> Mapping[str, str]:
        """What an alert shows besides value and limit: PromQL by name, on the check's series.

        `select` turns the name of a metric into a series.
        """
        return {}

    def offenders(self, view: DatasetView, shown: tuple[str, ...]) -> Failing | None:
        """Which rows or keys fail; None where no statement says that.

        Rows are shown by some columns; keys by their own, whatever `shown` has. Raises Unmeasured.
        """
        return failing_rows(self, view, shown) if self.counts_failing_rows else None

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        """What must be read; raises Unmeasured if something is missing."""
        raise NotImplementedError

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        """Gauges and evidence from what was read; raises Skipped or Unmeasured."""
        raise NotImplementedError


def failing_rows(kind: Kind, view: DatasetView, shown: tuple[str, ...]) -> Failing | None:
    """The rows that the first count of a kind's scan has, in its window."""
    need, days = kind.needs(view).get("rows"), kind.span(view)
    if not isinstance(need, Scan) or need.value is not None:
        return None
    fails = words.counted_where(need.cells[0])
    if fails is None:
        return None
    listed = ", ".join(words.render(view.column(name)) for name in shown)
    where = statements.clause(words.both(fails, view.inside(days)))
    return Failing(f"SELECT {listed}\nFROM {view.source(days)}{where}", shown)
