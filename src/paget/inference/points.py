"""Simulations of a calibration: each point once, kept in a file as soon as it is made, so that nothing is lost."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from paget.cohort.recipe import make_recipe
from paget.cohort.store import OTHER_FOLDER, locked, reading, write_text, writing
from paget.errors import FolderError
from paget.inference.free import settings_at
from paget.inference.outcomes import mixed, outcomes_from
from paget.inference.strata import NotComputableError
from paget.inference.validate import CARE, plan_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from paget.inference.aims import Figure
    from paget.inference.estimates import Estimate
    from paget.inference.free import Axis
    from paget.inference.outcomes import Outcomes
    from paget.inference.quantities import Run
    from paget.inference.targets import Target

POINTS_NAME: Final = "points.csv"
IDENTITY_NAME: Final = "calibration.json"
_MEMBER_LEAST: Final = 3
"""A member of a group is simulated with at least this part of the patients, so that its own figures can be told."""


@dataclass(frozen=True)
class Job:
    """What to simulate at a point.

    Parameters
    ----------
    name
        Cancer or group.
    members
        Its cancers, each with its weight and the values to set.
    targets
        The figures to compute.
    at_diagnosis
        Names of the targets that a run without care tells too, being over by diagnosis.
    seed, first, n
        Seed, first patient and number of patients.
    """

    name: str
    members: tuple[tuple[str, float, Mapping[str, str]], ...]
    targets: tuple[Target, ...]
    at_diagnosis: frozenset[str]
    seed: int
    first: int
    n: int

    @property
    def key(self) -> str:
        """What tells it apart from others of the same calibration."""
        values = [value for _, _, settings in self.members for value in settings.values()]
        return json.dumps([self.first, self.n, values])

    def run_of(self, target: Target) -> Run | None:
        """Return the run that tells a target; the cheap one wherever that is enough."""
        plan = plan_of(target)
        if isinstance(plan, str):
            return None
        return "untreated" if target.name in self.at_diagnosis else plan.run


def figures_of(job: Job) -> dict[str, Figure]:
    """Simulate a point and return its figures by target.

    Parameters
    ----------
    job
        What to simulate.
    """
    held: dict[tuple[str, Run], Outcomes] = {}
    total = sum(weight for _, weight, _ in job.members)

    def member(name: str, run: Run) -> Outcomes:
        if (name, run) not in held:
            weight, settings = next((each[1], each[2]) for each in job.members if each[0] == name)
            n = max(math.ceil(job.n * weight / total), math.ceil(job.n / _MEMBER_LEAST))
            held[name, run] = _outcomes(name, settings, run, job.seed, np.arange(job.first, job.first + n))
        return held[name, run]

    def outcomes(name: str, run: Run) -> Outcomes:
        if name != job.name or len(job.members) == 1:
            return member(name, run)
        if (name, run) not in held:
            held[name, run] = mixed([(member(each, run), weight) for each, weight, _ in job.members])
        return held[name, run]

    found: dict[str, Figure] = {}
    for target in job.targets:
        estimate = _estimate(target, outcomes, job)
        found[target.name] = (math.nan, None) if estimate is None else (estimate.value, estimate.se)
    return found


def _estimate(target: Target, outcomes: Callable[[str, Run], Outcomes], job: Job) -> Estimate | None:
    plan, run = plan_of(target), job.run_of(target)
    if isinstance(plan, str) or run is None:
        return None
    try:
        return plan.compute(outcomes(target.cancer, run))
    except NotComputableError:
        return None


def _outcomes(name: str, settings: Mapping[str, str], run: Run, seed: int, patients: NDArray[np.int64]) -> Outcomes:
    recipe = make_recipe(name, seed=seed, settings=settings, care=CARE[run])
    tables = recipe.patients(patients)
    return outcomes_from(tables.patients, tables.lesions, tables.findings, tables.visits, cancer=recipe.members[0][0])


class Points:
    """Simulated points of a folder; those that it holds already are not simulated again.

    Parameters
    ----------
    folder
        The folder; it is made if it is not there.
    identity
        What all its points have in common, besides their values.
    workers
        Processes.

    Raises
    ------
    FolderError
        If the folder cannot be written to, or holds another calibration.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], workers: int) -> None:
        self._path, self._workers = folder / POINTS_NAME, workers
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        _check(folder, dict(identity))
        self._lock = locked(folder)
        self._lock.__enter__()
        self._pool: ProcessPoolExecutor | None = None
        self._held = dict(self._read())

    def __enter__(self) -> Self:
        """Hold the folder."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the folder and the processes go."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._lock.__exit__(None, None, None)

    def simulated(self, jobs: Sequence[Job], heard: Callable[[int], None]) -> list[dict[str, Figure]]:
        """Return the figures of some points, in their order.

        Parameters
        ----------
        jobs
            The points.
        heard
            Is told of each number of points that is done.
        """
        todo = [job for job in jobs if not self._has(job)]
        heard(len(jobs) - len(todo))
        for job, figures in zip(todo, self._mapped(todo), strict=True):
            self._keep(job, figures)
            heard(1)
        return [self._held[job.key] for job in jobs]

    def _has(self, job: Job) -> bool:
        return all(target.name in self._held.get(job.key, {}) for target in job.targets)

    def _mapped(self, jobs: Sequence[Job]) -> Iterable[dict[str, Figure]]:
        if self._workers == 1 or len(jobs) < 2:  # noqa: PLR2004 - one point needs no second process
            return map(figures_of, jobs)
        if self._pool is None:
            # Threads would wait for one another, since policies are Python.
            self._pool = ProcessPoolExecutor(self._workers, get_context("spawn"), _end_with_parent)
        return self._pool.map(figures_of, jobs)

    def _keep(self, job: Job, figures: dict[str, Figure]) -> None:
        self._held.setdefault(job.key, {}).update(figures)
        rows = [[job.key, name, value, "" if se is None else se] for name, (value, se) in figures.items()]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        with writing(self._path.parent), self._path.open("a", encoding="utf-8") as file:
            file.write(text.getvalue())

    def _read(self) -> Iterator[tuple[str, dict[str, Figure]]]:
        """Yield the points of the file; a last line that was cut short is left out."""
        if not self._path.exists():
            return
        found: dict[str, dict[str, Figure]] = {}
        with reading(self._path):
            text = self._path.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            write_text(self._path, whole)
        for row in csv.reader(whole.splitlines()):
            key, name, value, se = row
            found.setdefault(key, {})[name] = (float(value), float(se) if se else None)
        yield from found.items()


def _end_with_parent() -> None:
    """Have this process end when the one that started it does, however that ends; a pool's would go on."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _check(folder: Path, identity: dict[str, Any]) -> None:
    """Raise where the folder holds another calibration; note this one where it holds none."""
    path = folder / IDENTITY_NAME
    if not path.exists():
        write_text(path, json.dumps(identity, indent=2, ensure_ascii=False) + "\n")
        return
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FolderError("What this folder holds cannot be read.", file=path, fix=OTHER_FOLDER) from error
    for key, value in identity.items():
        if held.get(key) != value:
            raise FolderError(
                f"The folder holds another calibration: its {key} is another.",
                file=path,
                key=key,
                value=str(held.get(key)),
                allowed=str(value),
                fix=f"{OTHER_FOLDER}, or remove this one",
            )


def jobs_at(
    template: Job, members: Sequence[tuple[str, float]], axes: Sequence[Axis], points: np.ndarray, blocks: int
) -> list[Job]:
    """Return what to simulate at some points, which take turns between blocks of patients.

    Parameters
    ----------
    template
        What all of them have in common.
    members
        The cancers with their weights.
    axes
        The free numbers.
    points : ndarray of float64, shape (N, D)
        The points.
    blocks
        How many blocks there are.
    """
    return [
        replace(
            template,
            members=tuple((cancer, weight, settings_at(axes, at, cancer)) for cancer, weight in members),
            first=(place % blocks) * template.n,
        )
        for place, at in enumerate(points)
    ]
