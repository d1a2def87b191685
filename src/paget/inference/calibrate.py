"""Calibration: which values of a cancer's free numbers agree with its published figures, and how sure that is.

Two stages: natural history up to diagnosis first, by runs without care, which are quick; then everything by runs under
standard care, simulated only where the first stage left anything plausible. See `waves` for what a stage does.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from paget.cohort import runner
from paget.cohort.progress import ProgressBar
from paget.cohort.recipe import N_MAX, SEED_MAX, check_number
from paget.errors import SettingError
from paget.inference.aims import aims_of
from paget.inference.calibration import Calibration
from paget.inference.design import BLOCKS
from paget.inference.estimates import Estimate
from paget.inference.points import Job, Points, jobs_at
from paget.inference.problem import identity_of, problem_of
from paget.inference.scoring import scored
from paget.inference.sensitivity import sensitivity
from paget.inference.waves import Waves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from paget.inference.aims import Figure
    from paget.inference.problem import Problem
    from paget.inference.scoring import Scored
    from paget.inference.targets import Target

    Floats = NDArray[np.float64]

Stages = Literal["spread", "survival", "both"]
STAGES: Final = ("spread", "survival", "both")

CHECKED_PATIENTS: Final = 2000
"""Patients with whom the stated values and the fit are simulated at the end; none of the design is among them."""

_CHECKED_FIRST: Final = 10_000_000
_POINTS_MOST: Final = 4096
_WAVES_MOST: Final = 10
_PATIENTS_LEAST: Final = 20
_POINTS_LEAST: Final = 8


def calibrate(  # noqa: PLR0913 - one call holds every choice of a calibration
    cancer: str,
    n: int = 600,
    *,
    points: int = 96,
    waves: int = 2,
    seed: int = 1,
    stage: Stages = "both",
    out: str | Path | None = None,
    workers: int | None = None,
    progress: bool = False,
) -> Calibration:
    """Fit the free numbers of a cancer to its published figures.

    Parameters
    ----------
    cancer
        A cancer of the catalogue, or a group, whose members are fitted together.
    n
        Patients per simulated point.
    points
        Points per wave.
    waves
        Waves of each stage.
    seed
        Seed of all draws.
    stage
        ``spread`` fits only what acts before diagnosis, ``survival`` only what acts after it, ``both`` everything.
    out
        Folder in which every simulated point is kept at once, so that the same call goes on where it was stopped;
        ``calibration/CANCER`` if None.
    workers
        Processes; all cores if None. Results do not depend on it.
    progress
        Whether to show progress on a terminal.

    Returns
    -------
    Calibration
        The posterior, the fit with scores before and after, and what the figures do not determine.

    Raises
    ------
    UnknownEntryError
        If no cancer or group has this name.
    SettingError
        If a number is out of range, nothing is free, or nothing is to be fitted.
    FolderError
        If the folder cannot be written to, or holds another calibration.
    MissingExtraError
        If emcee, SALib or SciPy are not installed.
    """
    _check(n=n, points=points, waves=waves, seed=seed, stage=stage, workers=workers)
    began = time.monotonic()
    problem = problem_of(cancer)
    rounds = _rounds(problem, stage, waves)
    folder = Path("calibration") / cancer if out is None else Path(out)
    fit = Waves(np.array([axis.stated for axis in problem.axes]), points, seed)
    with Points(folder, identity_of(problem, n, seed), workers or runner.available_cores()) as made:
        simulator = _Simulator(problem, made, n, seed, progress=progress)
        for each in rounds:
            _wave(problem, fit, simulator, each)
        figures = simulator.checked(np.stack([fit.stated, fit.median]))
    names = {aim.name for aim in fit.done[-1].likelihood.aims}
    before, after = (_scored(problem, found, names) for found in figures)
    first = next(wave for wave in fit.done if wave.stage == fit.done[-1].stage)
    keys = [problem.axes[place].key for place in first.moved]
    indices = sensitivity(aims_of(problem.outcomes), first.outcomes, first.box, keys, seed)
    seconds = time.monotonic() - began
    return Calibration(problem, tuple(fit.done), before, after, indices, n, seed, seconds, folder)


def _rounds(problem: Problem, stage: Stages, waves: int) -> list[Stages]:
    """Return of which stage each wave is."""
    free = {axis.stage for axis in problem.axes}
    early = "spread" in free and bool(problem.early(problem.targets))
    stages: list[Stages] = ["spread", "both"] if stage == "both" and early else [stage]
    if stage != "both" and (stage not in free or (stage == "spread" and not early)):
        raise SettingError(
            f"No number of {problem.name} is free in this stage, or no figure tells it.",
            key="stage",
            value=stage,
            allowed=tuple(sorted(free)),
            fix="fit both",
        )
    return [each for each in stages for _ in range(waves)]


def _wave(problem: Problem, fit: Waves, simulator: _Simulator, stage: Stages) -> None:
    """Go on by one wave of a stage; what is over by diagnosis is simulated without care where that is all."""
    moved = [place for place, axis in enumerate(problem.axes) if stage in ("both", axis.stage)]
    targets, outcomes = problem.targets, problem.outcomes
    cheap = stage == "spread"
    if cheap:
        targets, outcomes = problem.early(targets), problem.early(outcomes)
    label = f"{problem.name}, {stage}, wave {1 + sum(wave.stage == stage for wave in fit.done)}"
    asked = (*targets, *(each for each in outcomes if each.name not in {target.name for target in targets}))

    def simulate(design: Floats) -> Sequence[Mapping[str, Figure]]:
        return simulator.figures(design, asked, cheap=cheap, label=label)

    fit.wave(stage, moved, aims_of(targets), aims_of(outcomes), simulate)


def _check(*, n: int, points: int, waves: int, seed: int, stage: str, workers: int | None) -> None:
    check_number("n", n, _PATIENTS_LEAST, N_MAX)
    check_number("points", points, _POINTS_LEAST, _POINTS_MOST)
    check_number("waves", waves, 1, _WAVES_MOST)
    check_number("seed", seed, 0, SEED_MAX)
    if workers is not None:
        check_number("workers", workers, 1, runner.WORKERS_MAX)
    if stage not in STAGES:
        raise SettingError("There is no such stage.", key="stage", value=stage, allowed=STAGES)


class _Simulator:
    """The engine, as a calibration asks it."""

    def __init__(self, problem: Problem, made: Points, n: int, seed: int, *, progress: bool) -> None:
        self.problem, self.made, self.n, self.seed, self.progress = problem, made, n, seed, progress

    def figures(
        self, design: Floats, asked: Sequence[Target], *, cheap: bool, label: str
    ) -> list[Mapping[str, Figure]]:
        """Return the figures of points, which take turns between the blocks of patients."""
        early = frozenset(target.name for target in asked) if cheap else frozenset()
        template = Job(self.problem.name, (), tuple(asked), early, self.seed, 0, self.n)
        jobs = jobs_at(template, self.problem.members, self.problem.axes, design, BLOCKS)
        return self._simulated(jobs, label)

    def checked(self, points: Floats) -> list[Mapping[str, Figure]]:
        """Return the figures of points with more patients, none of them of a design."""
        n = max(CHECKED_PATIENTS, self.n)
        template = Job(self.problem.name, (), self.problem.targets, frozenset(), self.seed, 0, n)
        jobs = jobs_at(template, self.problem.members, self.problem.axes, points, 1)
        return self._simulated([replace(job, first=_CHECKED_FIRST) for job in jobs], f"{self.problem.name}, check")

    def _simulated(self, jobs: Sequence[Job], label: str) -> list[Mapping[str, Figure]]:
        with ProgressBar(label, len(jobs), enabled=self.progress) as bar:
            return [*self.made.simulated(jobs, bar)]


def _scored(problem: Problem, figures: Mapping[str, Figure], fitted: set[str]) -> tuple[Scored, ...]:
    rows = []
    for target in problem.targets:
        value, se = figures[target.name]
        found = "no simulated patient tells it" if np.isnan(value) else Estimate(value, se, 0)
        rows.append(scored(target, found, fitted=target.name in fitted))
    return tuple(rows)
