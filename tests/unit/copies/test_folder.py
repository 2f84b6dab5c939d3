"""A copy appears whole or not at all, and only the newest stay."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warehouse_exporter.copies.choosing import changes, chosen, tables_in, whole
from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.copies.folder import copies_in, drafting, locked, prune
from warehouse_exporter.copies.manifest import Manifest, Table, read
from warehouse_exporter.engines.base import Stored, StoredColumn

NOW = datetime(2026, 3, 10, 6, tzinfo=UTC)
ID = StoredColumn("id", "integer", True, "", "", True)
TABLE = Table("orders", "shop", "orders", "orders.copy.gz", 1, "00", (ID,))


def made(folder: Path, *, passed: bool = True, at: datetime = NOW) -> Path:
    """A copy of one table."""
    manifest = Manifest("shop", "then", "now", "1", {}, passed, (TABLE,), {"v": "v is a view"})
    with drafting(folder, "warehouse_snapshot", at, 1) as draft:
        draft.write("manifest.json", manifest.text())
        draft.write("orders.copy.gz", "x")
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


def test_the_newest_of_a_gate_that_passed_is_chosen(tmp_path: Path) -> None:
    good = made(tmp_path)
    bad = made(tmp_path, passed=False, at=NOW.replace(hour=7))
    assert chosen(tmp_path, None)[0] == good
    found, manifest = chosen(tmp_path, bad.name)
    assert (found, manifest.passed, manifest.tables) == (bad, False, (TABLE,))
    with pytest.raises(CopyFailed, match="there is no copy 'x' in"):
        chosen(tmp_path, "x")


def test_a_dataset_that_the_copy_lacks_is_named(tmp_path: Path) -> None:
    manifest = read(made(tmp_path))
    assert tables_in(manifest, ()) == tables_in(manifest, ("orders",)) == [TABLE]
    with pytest.raises(CopyFailed, match="v is a view; it has orders"):
        tables_in(manifest, ("v",))
    with pytest.raises(CopyFailed, match="the copy has no dataset 'x'"):
        tables_in(manifest, ("x",))


def test_what_is_not_a_manifest_or_not_its_file_is_refused(tmp_path: Path) -> None:
    copy = made(tmp_path)
    with pytest.raises(CopyFailed, match="is damaged"):
        whole(copy, [TABLE])
    (copy / "orders.copy.gz").unlink()
    with pytest.raises(CopyFailed, match="cannot be read"):
        whole(copy, [TABLE])
    for text in ("", "[]", '{"format": 1}', '{"format": 9}'):
        (copy / "manifest.json").write_text(text)
        with pytest.raises(CopyFailed, match=r"is not the manifest|by another version"):
            read(copy)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([], ["column id is gone"]),
        ([ID, ID._replace(name="x")], ["column x is new"]),
        ([ID._replace(type="bigint")], ["column id was integer and is bigint"]),
        ([ID._replace(identity="a")], ["column id gets its values in another way"]),
        ([ID._replace(generated="1 + 1")], ["column id gets its values in another way"]),
        ([ID._replace(required=False)], []),
    ],
)
def test_a_schema_that_has_changed_is_told(columns: list[StoredColumn], said: list[str]) -> None:
    found = changes(TABLE, Stored("shop", "orders", "r", tuple(columns)))
    assert found == [f"its schema has changed: {one}" for one in said]
