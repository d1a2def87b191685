"""The one call that simulates a cohort: `paget.simulate`, which `paget run` wraps."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.cohort import provenance, runner
from paget.cohort.care_plan import STANDARD
from paget.cohort.cohort import Cohort
from paget.cohort.drawn import recipe_by
from paget.cohort.progress import ProgressBar
from paget.cohort.recipe import N_MAX, check_number, compute_packed
from paget.cohort.store import SUMMARY_NAME, RunFolder, blocks_of, locked, write_text, writing
from paget.cohort.summing import summary_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paget.cohort.care_plan import Planner
    from paget.cohort.drawn import Parameters
    from paget.cohort.recipe import Recipe
    from paget.cohort.runner import BlockFunction, Heard, Submitter
    from paget.model.chart import Policy
    from paget.model.protocol import Protocol


def simulate(  # noqa: PLR0913 - one call holds every choice of a run
    cancer: str,
    n: int = 10_000,
    *,
    seed: int = 1,
    out: str | Path | None = None,
    workers: int | None = None,
    years: float | None = None,
    settings: Mapping[str, str] | None = None,
    screening: str | None = None,
    care: str | Policy | Protocol | Planner = STANDARD,
    parameters: Parameters = "stated",
    scheduler: str | Submitter | None = None,
    progress: bool = False,
) -> Cohort:
    """Simulate a cohort of virtual patients, cared for once their cancers are found.

    The tables are the same bits whatever the number of workers, and whether here or on other machines. With
    `out`, a run that was stopped goes on when it is called again, and a finished one is made longer by a
    larger `n`: patient i is the same in a cohort of any size.

    Parameters
    ----------
    cancer
        A cancer of the catalogue, or a group of cancers, which is a mixture.
    n
        Number of patients.
    seed
        Seed of all draws.
    out
        Folder for the tables; a temporary folder that lives as long as the cohort if None.
    workers
        Threads, or processes for many patients under care; all cores that this process may use if None.
    years
        Horizon in years after the first cell; until death if None.
    settings
        Catalogue numbers to replace, such as ``{"growth.doubling_time": "120 day"}``.
    screening
        Screening programme, such as ``screen_fit``; nobody is screened if None.
    care
        Policy by which those who are found are cared for: ``standard_of_care``, ``none`` for the natural history,
        another policy or protocol of the catalogue, a TOML file, a protocol, or an object with ``decide``.
    parameters
        ``stated`` for the catalogue's values, or ``posterior`` for draws of what calibration left uncertain: every 100
        patients share one of up to 20 draws, by turns.
    scheduler
        Address of a Dask scheduler, or any object with a ``submit`` method, that computes elsewhere.
    progress
        Whether to show a progress bar on a terminal.

    Returns
    -------
    Cohort
        The tables and their summary.

    Raises
    ------
    UnknownEntryError
        If no cancer or group has this name.
    SettingError
        If a number is out of range, nothing answers at the scheduler's address, or there is no posterior.
    EntryError, UnitError
        If a setting names no number of the cancer, or its unit does not fit.
    FolderError
        If `out` cannot be written to, or holds another run.
    MissingExtraError
        If a scheduler's address is given and Dask is not installed.

    Examples
    --------
    >>> cohort = paget.simulate("colorectal", n=1_000, seed=7)  # doctest: +SKIP
    >>> cohort.patients["metastases"].gt(0).mean()  # doctest: +SKIP
    """
    threads = runner.available_cores() if workers is None else workers
    check_number("n", n, 1, N_MAX)
    check_number("workers", threads, 1, runner.WORKERS_MAX)
    options: dict[str, Any] = {"seed": seed, "years": years, "settings": settings, "screening": screening, "care": care}
    recipe = recipe_by(parameters, cancer, **options)
    with contextlib.ExitStack() as open_now:
        path = open_now.enter_context(_temporary()) if out is None else Path(out)
        elsewhere = open_now.enter_context(runner.connected(scheduler)) if isinstance(scheduler, str) else scheduler
        compute = recipe if elsewhere is None else partial(compute_packed, recipe.packed())
        bar = open_now.enter_context(ProgressBar(f"{recipe.title}: patients", n, enabled=progress))
        fill(path, recipe, n, compute=compute, workers=threads, scheduler=elsewhere, heard=bar)
    return Cohort(path, temporary=out is None)


@contextlib.contextmanager
def _temporary() -> Iterator[Path]:
    """Make a temporary folder, and remove it again if what follows fails."""
    path = Path(tempfile.mkdtemp(prefix="paget-"))
    try:
        yield path
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def fill(
    path: Path,
    recipe: Recipe,
    n: int,
    *,
    compute: BlockFunction,
    workers: int,
    scheduler: Submitter | None,
    heard: Heard,
) -> None:
    """Bring a folder to the state of a finished run, doing only what is still missing.

    Parameters
    ----------
    path
        The folder.
    recipe
        What is simulated.
    n
        Number of patients.
    compute
        Computes the tables of a block.
    workers
        Number of threads, where the work is done here.
    scheduler
        What computes elsewhere; None to compute here.
    heard
        Is told how many patients are done already, and then of those that follow.

    Raises
    ------
    FolderError
        If the folder cannot be written to, or holds another run.
    """
    identity = recipe.identity
    _held(path, identity, n)
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    with locked(path):
        held = _held(path, identity, n)
        folder = RunFolder(path, identity.digest())
        blocks = blocks_of(n)
        todo = folder.missing(blocks)
        if held is not None and held.get("finished") and held.get("n") == n and not todo:
            return
        made = provenance.describe(recipe, n, held)
        provenance.write(path, made)
        folder.prepare()
        folder.clean()
        heard(n - sum(block.count for block in todo))
        if scheduler is not None:
            runner.run_elsewhere(folder, todo, compute, scheduler, heard)
        elif todo:
            packed = recipe.packed if compute is recipe and recipe.is_python_bound else None
            runner.run_here(folder, todo, compute, workers, heard, packed)
        summary = summary_of(path, made)
        write_text(path / SUMMARY_NAME, json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
        provenance.write(path, {**made, "finished": True})


def _held(path: Path, identity: provenance.Identity, n: int) -> dict[str, Any] | None:
    found = provenance.read(path)
    if found is not None:
        provenance.check(path, found, identity, n)
    return found
