"""A schedule on the monotonic clock.

The library `schedule` uses the local wall clock: it starts nothing in the hour that is repeated
when clocks go back, and is early or late after the clock was set. Here its jobs use the monotonic
clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import schedule

BEGINNING = datetime(2000, 1, 1)
"""What the monotonic clock is counted from; it only has to be the same for all jobs."""


def now() -> datetime:
    """The monotonic clock, as the times of jobs are written."""
    return BEGINNING + timedelta(seconds=time.monotonic())


class Job(schedule.Job):
    """A job that repeats after some seconds of the monotonic clock."""

    @property
    def should_run(self) -> bool:
        """Whether its time has come."""
        return self.next_run is not None and now() >= self.next_run

    def _schedule_next_run(self) -> None:
        self.next_run = now() + timedelta(seconds=self.interval)


class MonotonicScheduler(schedule.Scheduler):
    """Jobs that begin at once and then repeat."""

    def repeat(self, seconds: float, run: Callable[[], None]) -> None:
        """Run something now, and then every so many seconds; at least one lies in between."""
        Job(max(1, round(seconds)), self).seconds.do(run).next_run = now()

    def hurry(self) -> None:
        """Let every job begin at the next look."""
        for job in self.get_jobs():
            job.next_run = now()

    def seconds_left(self, longest: float) -> float:
        """How long there is nothing to do, at most `longest`."""
        times = [job.next_run for job in self.get_jobs() if job.next_run is not None]
        soonest = min(times, default=now() + timedelta(seconds=longest))
        return min(max((soonest - now()).total_seconds(), 0.0), longest)
