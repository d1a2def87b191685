from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from paget.cohort.store import TABLES, Block, RunFolder, Tables, blocks_of, locked, part_paths
from paget.errors import FolderError

BlockFunction = Callable[[int, int], Tables]


def folder_in(path: Path, run: str = "a") -> RunFolder:
    folder = RunFolder(path, run)
    folder.prepare()
    return folder


def test_blocks_cover_every_patient_once_and_hold_the_same_patients_in_a_longer_run() -> None:
    short, long = blocks_of(4_500), blocks_of(9_000)
    assert [index for block in short for index in range(block.first, block.first + block.count)] == list(range(4_500))
    assert short[:2] == long[:2]


def test_a_block_is_complete_only_when_all_its_tables_are_written(tmp_path: Path, block: BlockFunction) -> None:
    folder, first = folder_in(tmp_path), Block(0, 0, 5)
    assert not folder.is_complete(first)
    folder.write(first, block(0, 5))
    assert folder.is_complete(first)
    folder.part_path("clones", 0).unlink()
    assert folder.missing((first,)) == (first,)


def test_a_truncated_part_counts_as_missing(tmp_path: Path, block: BlockFunction) -> None:
    folder, first = folder_in(tmp_path), Block(0, 0, 5)
    folder.write(first, block(0, 5))
    part = folder.part_path("lesions", 0)
    part.write_bytes(part.read_bytes()[:100])
    assert not folder.is_complete(first)


def test_a_part_of_another_run_or_of_fewer_patients_counts_as_missing(tmp_path: Path, block: BlockFunction) -> None:
    folder_in(tmp_path).write(Block(0, 0, 5), block(0, 5))
    assert not RunFolder(tmp_path, "b").is_complete(Block(0, 0, 5))
    assert not RunFolder(tmp_path, "a").is_complete(Block(0, 0, 6))


def test_the_same_block_gives_the_same_bytes_twice(tmp_path: Path, block: BlockFunction) -> None:
    written = []
    for name in ("one", "two"):
        folder = folder_in(tmp_path / name)
        folder.write(Block(0, 0, 50), block(0, 50))
        written.append([folder.part_path(table, 0).read_bytes() for table in TABLES])
    assert written[0] == written[1]


def test_the_patients_part_is_the_last_to_appear(
    tmp_path: Path, block: BlockFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append(target.parent.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    folder_in(tmp_path).write(Block(0, 0, 5), block(0, 5))
    assert seen[-1] == "patients.parquet"
    assert len(seen) == len(TABLES)


def test_parts_are_listed_in_the_order_of_their_blocks_beyond_five_digits(tmp_path: Path) -> None:
    folder = folder_in(tmp_path)
    for number in (100_000, 99_999, 2):
        folder.part_path("patients", number).touch()
    assert [path.stem for path in part_paths(tmp_path, "patients")] == [
        "part-00002",
        "part-99999",
        "part-100000",
    ]


def test_temporary_files_of_a_killed_run_are_hidden_from_readers_and_cleaned(
    tmp_path: Path, block: BlockFunction
) -> None:
    folder = folder_in(tmp_path)
    folder.write(Block(0, 0, 5), block(0, 5))
    leftover = folder.table_path("patients") / ".part-00001.parquet.123.tmp"
    leftover.write_bytes(b"half a part")
    assert pq.read_table(folder.table_path("patients")).num_rows == 5
    folder.clean()
    assert not leftover.exists()


def test_a_folder_that_cannot_be_made_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match="cannot be written") as caught:
        RunFolder(tmp_path / "file" / "run", "a").prepare()
    assert caught.value.file == str(tmp_path / "file" / "run")


def test_two_runs_never_write_into_one_folder_at_once(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(FolderError, match="Another run"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass
