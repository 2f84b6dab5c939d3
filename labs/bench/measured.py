"""Run one command and say what it took: python -I -S measured.py OUTPUT COMMAND ...

A process of its own, as small as Python can be: Linux counts into the largest resident set of a
child what its parent had when it forked, and the bench itself is larger than the clients. Nothing
is sampled: the kernel hands out the sums when the child has ended (wait4).
"""

from __future__ import annotations

import json
import os
import sys
import time

WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def main(output: str, *command: str) -> None:
    """What the command says goes to `output`, its errors to `output`.err; the costs to stdout."""
    files = [
        (os.POSIX_SPAWN_OPEN, 1, output, WRITE, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, f"{output}.err", WRITE, 0o644),
    ]
    started = time.monotonic()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=files)
    _, status, usage = os.wait4(pid, 0)
    took = {
        "code": os.waitstatus_to_exitcode(status),
        "wall": time.monotonic() - started,
        "cpu": usage.ru_utime + usage.ru_stime,
        "rss": usage.ru_maxrss * 1024,
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main(*sys.argv[1:])
