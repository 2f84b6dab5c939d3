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


def clock_offset() -> float:
    """Seconds between the wall clock and one that is never set; summer time changes nothing."""
    return time.time() - time.monotonic()


class Job(schedule.Job):
    """A job that repeats after some seconds of the monotonic clock."""

    @property
    def should_run(self) -> bool:
        """Whether its time has come."""
        return self.next_run is not None and now() >= self.next_run

    phase = BEGINNING
    """An instant from which its times are counted, so that they stay where they are."""

    def _schedule_next_run(self) -> None:
        every = timedelta(seconds=self.interval)
        self.next_run = self.phase + every * ((now() - self.phase) // every + 1)


class MonotonicScheduler(schedule.Scheduler):
    """Jobs that begin at once and then repeat."""

    def repeat(self, seconds: float, run: Callable[[], None], share: float = 1.0) -> None:
        """Run something now, and then every so many seconds, which are at least one.

        The second time comes after a `share` of the interval: so jobs of one interval take turns.
        """
        job = Job(max(1, round(seconds)), self)
        job.phase = now() + timedelta(seconds=job.interval) * share
        job.seconds.do(run).next_run = now()

    def run_pending(self) -> None:
        """Run what is due, as it was planned; one look at the clock serves them all."""
        at = now()
        due = [job for job in self.jobs if job.next_run is not None and job.next_run <= at]
        for job in sorted(due):
            self._run_job(job)

    def hurry(self) -> None:
        """Let every job begin at the next look."""
        for job in self.get_jobs():
            job.next_run = now()

    def seconds_left(self, longest: float) -> float:
        """How long there is nothing to do, at most `longest`."""
        times = [job.next_run for job in self.get_jobs() if job.next_run is not None]
        soonest = min(times, default=now() + timedelta(seconds=longest))
        return min(max((soonest - now()).total_seconds(), 0.0), longest)
