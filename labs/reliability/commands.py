"""The gate has nothing to judge, cannot write its result, or is interrupted."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from pathlib import Path
from typing import Any

from labs.reliability.judged import NOON, ORDERS, judged, orders, told, words
from labs.reliability.network import TABLES
from labs.reliability.scenario import scenario
from labs.reliability.stage import OURS, Stage
from tests.support.serving import wait_for

VOLUME = "volume: {critical: '< 1'}"
NOWHERE = "postgresql://127.0.0.1:1/nowhere"


def ended(stage: Stage, *arguments: str, **more: Any) -> tuple[int, str]:
    """Exit code and standard error of such a command; no traceback is in it."""
    done = subprocess.run(
        stage.command(*arguments), stderr=subprocess.PIPE, text=True, timeout=120, **more
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stderr


def refused(stage: Stage, config: str, *names: str) -> str:
    """What `validate` and `check` say of a config that they must refuse, with code 2."""
    stage.write(config)
    said = [ended(stage, name, stdout=subprocess.DEVNULL) for name in ("validate", "check")]
    assert [code for code, _ in said] == [2, 2], said
    for _, text in said:
        for name in names:
            assert name in text, text
    return "validate and check: exit code 2"


@scenario(
    "warnings-unmeasured",
    fault="The database is down, and no check could be more than a warning.",
    bound="Exit code 3, with `--strict` and without: nothing was judged.",
    long=True,
)
def warnings_unmeasured(stage: Stage) -> str:
    """Nobody is told that all is well."""
    stage.write(orders("volume: {warning: '< 1'}").replace("${WAREHOUSE_DSN}", NOWHERE))
    lax, strict = stage.gate(NOON), stage.gate(NOON, "--strict")
    assert set(words(lax).values()) == set(words(strict).values()) == {"UNKNOWN (connection)"}
    assert (lax.code, strict.code) == (3, 3)
    return f"UNKNOWN (connection), {lax}; with --strict {strict}"


@scenario(
    "nothing-to-judge",
    fault="The gate runs for one dataset, whose checks are all commented out.",
    bound="A gate that judged nothing stops the DAG.",
    long=True,
)
def nothing_to_judge(stage: Stage) -> str:
    """Nothing judged is not a pass."""
    stage.sql(ORDERS)
    stage.write(f"{orders(VOLUME)}  empty: {{relation: orders, time: ts, checks: []}}\n")
    gate = stage.gate(NOON, "--dataset=empty")
    assert gate.said == {}
    return told(gate, {}, 3).removeprefix("; ")


@scenario(
    "after-build",
    fault="A build at three in the morning has lost the day; `expect_by` is at six.",
    bound="`check --after-build` judges that day: FAIL.",
    long=True,
)
def after_build(stage: Stage) -> str:
    """Until six the day before is expected, and that was fine."""
    lost = ORDERS + "UPDATE orders SET ts = ts - interval '1 day'"
    before = judged(stage, lost, orders(VOLUME), "--as-of=2026-03-10T03:00:00Z")
    after = stage.gate("--as-of=2026-03-10T03:00:00Z", "--after-build")
    assert words(before) == {"orders.volume": "PASS"}
    return f"before six: PASS; --after-build: {told(after, {'orders.volume': 'FAIL'}, 1)}"


@scenario(
    "reader-gone",
    fault="`check | head -0`: the reader of the table has ended before it is written.",
    bound="A separate exit code, not one of a verdict, and no traceback.",
    long=True,
)
def reader_gone(stage: Stage) -> str:
    """A pipe that broke is no finding."""
    stage.sql(ORDERS)
    stage.write(orders(VOLUME))
    reading, writing = os.pipe()
    os.close(reading)
    code, text = ended(stage, "check", NOON, stdout=writing)
    os.close(writing)
    assert code == 4, text
    return f"exit code {code}"


@scenario(
    "disk-full",
    fault="`check > /dev/full`; and a report that does not fit on the disk.",
    bound="A separate exit code, the reason, no traceback, and no half-written report.",
    long=True,
)
def disk_full(stage: Stage) -> str:
    """What could not be written was not told to anybody."""
    stage.sql(ORDERS)
    stage.write(orders(VOLUME))
    with Path("/dev/full").open("w") as full:
        code, text = ended(stage, "check", NOON, stdout=full)
    assert "No space left on device" in text
    reports = stage.folder / "reports"
    reports.mkdir()

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    options = (NOON, f"--report-dir={reports}")
    report, said = ended(stage, "check", *options, stdout=subprocess.DEVNULL, preexec_fn=small)
    left = [file.name for file in reports.iterdir()]
    assert (code, report, left) == (4, 4, []), (text, said, left)
    return f"exit codes {code} and {report}; no file is left of the report"


@scenario(
    "gate-interrupted",
    fault="SIGINT, and then SIGTERM, in the middle of a statement of the gate.",
    bound="Exit code 130 and 143, no traceback, and nothing of it runs in the warehouse.",
    long=True,
)
def gate_interrupted(stage: Stage) -> str:
    """Who interrupts the gate has no verdict."""
    stage.sql(TABLES + "UPDATE nap SET seconds = 60")
    stage.write(
        orders(VOLUME) + "queries:\n  - {name: slow, sql: select count(*) from slow, info: '< 0'}\n"
    )
    codes = []
    for number in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen(
            stage.command("check", NOON),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        wait_for(lambda: stage.sql(f"SELECT 1 {OURS} AND wait_event = 'PgSleep'"))
        process.send_signal(number)
        _, text = process.communicate(timeout=60)
        assert "Traceback" not in text, text
        codes.append(process.returncode)
        wait_for(lambda: not stage.running())
    assert codes == [130, 143]
    return "exit codes 130 and 143; nothing left running"


@scenario(
    "config-cut",
    fault="A config is truncated: valid YAML without any check; or the file is empty.",
    bound="The gate does not pass.",
    long=True,
)
def config_cut(stage: Stage) -> str:
    """A config without checks is an accident."""
    stage.sql(ORDERS)
    codes = []
    for text in (orders().replace("    checks:\n", ""), "", "datasets:\n"):
        stage.write(text)
        code, said = ended(stage, "check", NOON, stdout=subprocess.DEVNULL)
        assert code in (2, 3), said
        codes.append(code)
    return f"exit codes {', '.join(map(str, codes))}"


@scenario(
    "config-odd",
    fault="Configs that are not UTF-8, not YAML, have a hundred million entries (aliases of "
    "aliases), or name a variable that is not set.",
    bound="Exit code 2 with the reason, quickly and without a traceback.",
    long=True,
)
def config_odd(stage: Stage) -> str:
    """Whatever is in the file, its owner is told."""
    file = stage.folder / "config.yml"
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
        for old, new in zip("abcdefg", "bcdefgh", strict=True)
    )
    texts = {
        b"warehouse: \xff\xfe": "UTF-8",
        b"warehouse: [": "",
        b"\0": "",
        bomb.encode(): "",
        b'warehouse: {dsn: "${NOT_SET_ANYWHERE}"}\n' + orders(VOLUME).split("}", 2)[2].encode(): "",
    }
    for text, reason in texts.items():
        file.write_bytes(text)
        code, said = ended(stage, "check", stdout=subprocess.DEVNULL)
        assert code == 2, (text, said)
        assert reason in said
    return f"{len(texts)} configs: exit code 2 each"
