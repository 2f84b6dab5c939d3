"""`severity`, `error_if` and `warn_if` of a dbt test as limits."""

from __future__ import annotations

import re
from collections.abc import Mapping

from warehouse_exporter.core.limits import Limit
from warehouse_exporter.dbt.artifacts import Data, text
from warehouse_exporter.discover.dbt.calls import Drawn
from warehouse_exporter.discover.dbt.untranslated import NoCounterpart

CONDITION = re.compile(r"(!=|<>|>=|>)\s*([0-9]{1,15})")
ANY = "> 0"
COUNT = "count(*)"
"""What dbt counts unless it is told otherwise: the rows that its statement finds."""


def limits_of(drawn: Drawn, config: Data, *, alone: bool) -> Mapping[str, str | list[str]]:
    """The limits of a check by severity; `alone` says that no other check is of the same test.

    Raises NoCounterpart.
    """
    found = thresholds(config)
    if drawn.counts and alone:
        return found
    if set(found.values()) != {ANY}:
        other = next(limit for limit in found.values() if limit != ANY)
        raise NoCounterpart(f"a limit of `{other}` is about something else than what is counted")
    severity = next(iter(found))
    listed = list(drawn.limits or (ANY,))
    return {severity: listed[0] if len(listed) == 1 else listed}


def thresholds(config: Data) -> Mapping[str, str]:
    """The limits of a test by severity, worst first, as numbers of failures."""
    count = "".join(text(config, "fail_calc").lower().split()) or COUNT
    if count != COUNT:
        raise NoCounterpart(f"it counts its failures by `fail_calc: {text(config, 'fail_calc')}`")
    warning, severity = limit_of(config, "warn_if"), config.get("severity", "error")
    if str(severity).lower() == "warn":
        return {"warning": warning}
    if str(severity).lower() != "error":
        raise NoCounterpart(f"`severity: {severity}` is neither error nor warn")
    critical = limit_of(config, "error_if")
    if warning == critical or least(warning) > least(critical):
        return {"critical": critical}  # dbt looks at `error_if` first
    return {"critical": critical, "warning": warning}


def least(limit: str) -> float:
    """The smallest number of failures that is in breach."""
    parsed = Limit.parse(limit)
    return parsed.bound + (len(parsed.op) == 1)


def limit_of(config: Data, key: str) -> str:
    """`>10` as `> 10 rows`; what is true of any failure as `> 0`."""
    written = str(config.get(key) or "!= 0").strip()
    found = CONDITION.fullmatch(written)
    sign, number = (found[1], int(found[2])) if found else ("", 0)
    if (sign in ("!=", "<>", ">") and number == 0) or (sign == ">=" and number == 1):
        return ANY
    if sign not in (">", ">=") or number == 0:
        raise NoCounterpart(f"`{key}: {written}` is no limit of a number of rows")
    return f"{sign} {number} rows"
