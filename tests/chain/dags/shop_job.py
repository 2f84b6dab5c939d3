"""A Dagster job as the documentation has it: build, gate, refresh. It is read by Dagster alone."""

import os
import shlex
import subprocess
from pathlib import Path

from dagster import In, Nothing, Out, job, op

GATE = shlex.split(os.environ["GATE"])
"""The command of the gate, with the day."""


@op(out=Out(Nothing))
def build():
    """The build has ended."""


@op(ins={"built": In(Nothing)}, out=Out(Nothing))
def gate():
    """The gate fails on its exit code."""
    subprocess.run(GATE, check=True)


@op(ins={"passed": In(Nothing)})
def refresh_dashboards():
    """The dashboards show the new day."""
    Path(os.environ["REFRESHED"]).touch()


@job
def shop():
    """Build, gate, refresh."""
    refresh_dashboards(gate(build()))
