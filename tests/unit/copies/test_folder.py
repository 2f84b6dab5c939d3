"""A copy appears whole or not at all, and only the newest stay."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.copies.folder import copies_in, drafting, locked, prune

NOW = datetime(2026, 3, 10, 6, tzinfo=UTC)


def made(folder: Path, at: datetime = NOW) -> Path:
    """A copy with one file."""
    with drafting(folder, "warehouse_snapshot", at, 1) as draft:
        draft.write("a", "b")
        draft.publish()
    return draft.final


def test_it_is_out_of_sight_until_it_is_whole(tmp_path: Path) -> None:
    with drafting(tmp_path, "copy", NOW, 1) as draft:
        draft.write("a", "b")
        assert copies_in(tmp_path, "copy") == []
        draft.publish()
        assert copies_in(tmp_path, "copy") == [tmp_path / "copy_20260310T060000Z"]
    assert (draft.final / "a").read_text() == "b"


def failing(folder: Path) -> None:
    """A copy that cannot be finished: its second file is there already."""
    with drafting(folder, "copy", NOW, 1) as draft:
        draft.write("a", "b")
        draft.write("a", "b")


def test_one_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        failing(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_copies_of_one_second_are_in_their_order(tmp_path: Path) -> None:
    names = [made(tmp_path).name for _ in range(11)]
    assert [copy.name for copy in copies_in(tmp_path, "warehouse_snapshot")] == names
    prune(tmp_path, "warehouse_snapshot", 2)
    assert [copy.name for copy in copies_in(tmp_path, "warehouse_snapshot")] == names[-2:]


def test_nothing_else_in_the_folder_is_touched(tmp_path: Path) -> None:
    for name in ("copy_old", "copy_20260310T060000Z.bak", "other"):
        (tmp_path / name).mkdir()
    made(tmp_path)
    prune(tmp_path, "copy", 1)
    assert len(list(tmp_path.iterdir())) == 5


def hold(folder: Path, held: object, let_go: object) -> None:
    """Hold the lock until told."""
    with locked(folder, 1):
        held.set()  # type: ignore[attr-defined]
        let_go.wait(60)  # type: ignore[attr-defined]


def test_another_program_is_waited_for_and_not_for_ever(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, let_go = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path, held, let_go))
    other.start()
    held.wait(60)
    with (
        pytest.raises(CopyFailed, match="another program has been writing"),
        drafting(tmp_path, "copy", NOW, 0.2),
    ):
        pass
    let_go.set()
    other.join()
    with drafting(tmp_path, "copy", NOW, 60):
        pass
