"""The files of a report: whole or not at all, and only ours are ever removed."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from warehouse_exporter.reports import files
from warehouse_exporter.reports.files import ENDS, NAME, OLDER, write_files


def texts(number: int) -> dict[str, str]:
    """The report of a morning."""
    return {end: f"{end} {number}" for end in ENDS}


def write(folder: Path, number: int, keep: int = 3) -> None:
    """Write the report of a morning, some seconds after that of the morning before."""
    write_files(folder, texts(number), keep)
    for end in ENDS:
        os.utime(folder / f"{NAME}.{end}", (1000 + number, 1000 + number))


def newest(folder: Path) -> dict[str, str]:
    """What stands in the newest report."""
    return {end: (folder / f"{NAME}.{end}").read_text() for end in ENDS}


def older(folder: Path) -> list[str]:
    """The names of the older ones."""
    return sorted(file.name for file in folder.iterdir() if OLDER.fullmatch(file.name))


def test_the_newest_has_the_plain_name_and_the_last_ones_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "reports"
    for number in range(6):
        write(folder, number)
        assert newest(folder) == texts(number)
    assert older(folder) == [
        f"{NAME}-19700101T00164{second}.000Z.{end}"
        for second in (3, 4)
        for end in ("html", "json", "md")
    ]
    assert (folder / f"{NAME}-19700101T001644.000Z.md").read_text() == "md 4"
    assert not [file for file in folder.iterdir() if file.name.startswith(".")]
    write(folder, 6, keep=1)
    assert older(folder) == []
    assert newest(folder) == texts(6)


def test_nothing_else_in_the_folder_is_touched(tmp_path: Path) -> None:
    names = [f"{NAME}-notes.md", f"{NAME}-20260310T060412.345Z.txt", "monitoring_report_old.md"]
    for name in names:
        (tmp_path / name).write_text("mine")
    for number in range(3):
        write(tmp_path, number, keep=1)
    assert [(tmp_path / name).read_text() for name in names] == ["mine"] * 3


@pytest.mark.parametrize("end", ENDS)
def test_what_cannot_be_written_leaves_the_old_report_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    write(tmp_path, 1)
    real = files.write_through

    def full(file: Path, text: str) -> None:
        if file.name.endswith(f"{end}.new"):
            file.write_text(text[:1])
            raise OSError(28, "No space left on device")
        real(file, text)

    monkeypatch.setattr(files, "write_through", full)
    with pytest.raises(OSError, match="No space"):
        write_files(tmp_path, texts(2), keep=3)
    assert newest(tmp_path) == texts(1)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("end", ENDS)
def test_a_folder_or_a_pipe_in_the_way_is_refused_before_anything_is_written(
    tmp_path: Path, end: str
) -> None:
    os.mkfifo(tmp_path / f"{NAME}.{end}")
    with pytest.raises(OSError, match="is there and is no file"):
        write_files(tmp_path, texts(1), keep=3)
    (left,) = tmp_path.iterdir()
    assert stat.S_ISFIFO(left.stat().st_mode)


def test_a_file_system_without_hard_links_gets_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*names: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuses)
    write(tmp_path, 1)
    write(tmp_path, 2)
    assert len(older(tmp_path)) == 3
    assert json.dumps(newest(tmp_path)) == json.dumps(texts(2))
