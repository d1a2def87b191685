from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from paget.cohort import provenance, runner
from paget.cohort.api import fill
from paget.cohort.cohort import Cohort
from paget.cohort.recipe import Recipe
from paget.cohort.store import TABLES, Tables
from paget.errors import FolderError

BlockFunction = Callable[[int, int], Tables]
Parts = Callable[[Path], dict[str, bytes]]
N = 9_000


class Stopped(Exception):  # noqa: N818 - it stands for the end of a process, not for an error
    """Stands for a process that ends in the middle of a run."""


def run(
    path: Path,
    recipe: Recipe,
    compute: BlockFunction,
    n: int = N,
    workers: int = 1,
    scheduler: runner.Submitter | None = None,
    heard: Callable[[int], None] = lambda _patients: None,
) -> None:
    fill(path, recipe, n, compute=compute, workers=workers, scheduler=scheduler, heard=heard)


def dies_after(compute: BlockFunction, pieces: int) -> BlockFunction:
    left = [pieces]

    def computing(first: int, count: int) -> Tables:
        left[0] -= 1
        if left[0] < 0:
            raise Stopped
        return compute(first, count)

    return computing


def test_one_worker_three_workers_and_a_scheduler_leave_the_same_bytes(
    tmp_path: Path, recipe: Recipe, block: BlockFunction, parts: Parts
) -> None:
    run(tmp_path / "one", recipe, block)
    run(tmp_path / "three", recipe, block, workers=3)
    with ThreadPoolExecutor(2) as pool:
        run(tmp_path / "elsewhere", recipe, block, scheduler=_Anything(pool))
    one = parts(tmp_path / "one")
    assert len(one) == 5 * len(TABLES)
    assert one == parts(tmp_path / "three") == parts(tmp_path / "elsewhere")


class _Anything:
    """Has a submit method and nothing else."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool

    def submit(self, fn: Callable[..., object], /, *args: object) -> runner.Future:
        return self._pool.submit(fn, *args)


@pytest.mark.parametrize(("blocks", "pieces_left"), [(0, 5), (1, 4), (3, 3)])
def test_a_stopped_run_goes_on_to_the_same_bytes_and_repeats_no_block(
    tmp_path: Path, recipe: Recipe, block: BlockFunction, parts: Parts, blocks: int, pieces_left: int
) -> None:
    run(tmp_path / "whole", recipe, block)
    with pytest.raises(Stopped):
        run(tmp_path / "stopped", recipe, dies_after(block, blocks))
    assert len(parts(tmp_path / "stopped")) == len(TABLES) * blocks
    run(tmp_path / "stopped", recipe, dies_after(block, pieces_left))
    assert parts(tmp_path / "stopped") == parts(tmp_path / "whole")
    for name in ("summary.json", "provenance.json"):
        assert (tmp_path / "stopped" / name).read_text() == (tmp_path / "whole" / name).read_text()


def test_a_finished_run_computes_nothing_again(tmp_path: Path, recipe: Recipe, block: BlockFunction) -> None:
    run(tmp_path, recipe, block)
    run(tmp_path, recipe, dies_after(block, 0))
    assert len(Cohort.open(tmp_path)) == N


def test_a_run_can_be_made_longer_and_then_equals_one_that_was_long_from_the_start(
    tmp_path: Path, recipe: Recipe, block: BlockFunction, parts: Parts
) -> None:
    run(tmp_path / "long", recipe, block)
    run(tmp_path / "grown", recipe, block, n=4_500)
    run(tmp_path / "grown", recipe, dies_after(block, 10))
    assert parts(tmp_path / "grown") == parts(tmp_path / "long")
    assert len(Cohort.open(tmp_path / "grown").patients) == N


def test_a_run_cannot_be_made_shorter(tmp_path: Path, recipe: Recipe, block: BlockFunction) -> None:
    run(tmp_path, recipe, block)
    with pytest.raises(FolderError, match="9000 patients, more than the 10 asked for"):
        run(tmp_path, recipe, block, n=10)


def test_an_unfinished_run_is_not_read_as_a_cohort(tmp_path: Path, recipe: Recipe, block: BlockFunction) -> None:
    with pytest.raises(Stopped):
        run(tmp_path, recipe, dies_after(block, 3))
    with pytest.raises(FolderError, match="not finished"):
        Cohort.open(tmp_path)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"seed": 4}, "seed"),
        ({"years": 5.0}, "years"),
        ({"settings": {"growth.cell_loss": "0.5"}}, "settings"),
        ({"name": "other"}, "cancer"),
        ({"version": "9"}, "paget_version"),
        ({"catalogue_digest": "9"}, "catalogue_digest"),
    ],
)
def test_a_folder_of_another_run_is_refused_by_the_key_that_differs_and_left_as_it_was(
    tmp_path: Path, recipe: Recipe, block: BlockFunction, change: dict[str, Any], key: str
) -> None:
    run(tmp_path, recipe, block, n=10)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(FolderError, match=f"another run: {key} is .* there and .* here") as caught:
        run(tmp_path, Recipe(**{**vars(recipe), **change}), block, n=10)
    assert caught.value.key == key
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_a_folder_with_other_files_is_refused_and_left_as_it_was(
    tmp_path: Path, recipe: Recipe, block: BlockFunction
) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(FolderError, match=r"thesis\.docx"):
        run(tmp_path, recipe, block)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_broken_provenance_is_refused(tmp_path: Path, recipe: Recipe, block: BlockFunction) -> None:
    (tmp_path / "provenance.json").write_text("{")
    with pytest.raises(FolderError, match="cannot be read"):
        run(tmp_path, recipe, block)


def test_progress_counts_patients_up_to_all_of_them(tmp_path: Path, recipe: Recipe, block: BlockFunction) -> None:
    told: list[int] = []
    with pytest.raises(Stopped):
        run(tmp_path, recipe, dies_after(block, 2), heard=told.append)
    assert told[0] == 0
    assert sum(told) == 4_000
    told.clear()
    run(tmp_path, recipe, block, workers=2, heard=told.append)
    assert told[0] == 4_000
    assert sum(told) == N


def test_no_more_blocks_are_under_way_than_memory_is_meant_for(
    tmp_path: Path, recipe: Recipe, block: BlockFunction
) -> None:
    under_way, most, lock = [0], [0], threading.Lock()

    class Counting:
        def submit(self, fn: Callable[..., object], /, *args: object) -> runner.Future:
            with lock:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])

            class Lazy:
                def result(self) -> object:
                    with lock:
                        under_way[0] -= 1
                    return fn(*args)

            return Lazy()

        def nthreads(self) -> dict[str, int]:
            return {"worker": 1}

    run(tmp_path, recipe, lambda _first, count: block(0, count), n=100_000, scheduler=Counting())
    assert most[0] <= 16


def test_provenance_tells_what_was_run_and_which_numbers_from_which_sources(
    tmp_path: Path, recipe: Recipe, block: BlockFunction
) -> None:
    run(tmp_path, recipe, block, n=10)
    made = json.loads((tmp_path / "provenance.json").read_text())
    assert made["finished"] is True
    assert (made["cancer"], made["n"], made["seed"], made["years"]) == ("colorectal", 10, 3, None)
    assert set(made["environments"][0]) == {"python", "numpy", "numba", "pyarrow"}
    numbers = made["parameters"]["cancers"]["colorectal"]
    assert numbers["growth.doubling_time"]["unit"] == "day"
    assert all("unit" in number for number in numbers.values())
    used = {number["source"] for number in numbers.values()} - {"paget"}
    assert used <= set(made["sources"])


def test_two_recipes_that_differ_in_a_setting_have_different_digests(recipe: Recipe) -> None:
    other = Recipe(**{**vars(recipe), "settings": {"growth.cell_loss": "0.5"}})
    assert isinstance(recipe.identity, provenance.Identity)
    assert recipe.identity.digest() != other.identity.digest()
