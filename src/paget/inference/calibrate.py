"""Calibration: which values of a cancer's free numbers agree with its published figures, and how sure that is.

Two stages: natural history up to diagnosis first, by runs without care, which are quick; then everything by runs under
standard care, with what the first stage told as the part of the prior that is worth simulating. Each stage goes by
waves: simulate a design, fit emulators, sample the posterior, and simulate again where that lies.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

import paget
from paget import catalogue
from paget.cohort import runner
from paget.cohort.progress import ProgressBar
from paget.cohort.recipe import N_MAX, SEED_MAX, check_number
from paget.errors import SettingError
from paget.inference import targets as published
from paget.inference.aims import aims_of
from paget.inference.calibration import Calibration, Round
from paget.inference.design import BLOCKS, design_in, narrowed
from paget.inference.emulator import Box, fitted
from paget.inference.estimates import Estimate
from paget.inference.free import axes_of, settings_at
from paget.inference.points import Points, jobs_at
from paget.inference.posterior import Likelihood, Posterior, sampled
from paget.inference.scoring import scored
from paget.inference.validate import plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from paget.inference.aims import Aim
    from paget.inference.emulator import Emulator
    from paget.inference.free import Axis
    from paget.inference.points import Figure
    from paget.inference.scoring import Scored
    from paget.inference.targets import Target

    Floats = NDArray[np.float64]

Stages = Literal["spread", "survival", "both"]
STAGES: Final = ("spread", "survival", "both")

AT_DIAGNOSIS: Final = (
    *("stage_share", "site_at_diagnosis", "primary_doubling_time_median", "primary_doubling_time_mean"),
    *("primary_diameter_median", "node_positive_by_diameter"),
)
"""Quantities that are over by diagnosis, so that care does not change them."""

CHECKED_PATIENTS: Final = 4000
"""Patients with whom the stated values and the fit are simulated at the end; none of the design is among them."""

_CHECKED_FIRST: Final = 10_000_000
_POINTS_MOST: Final = 4096


@dataclass(frozen=True)
class Problem:
    """What is fitted to what.

    Parameters
    ----------
    name
        Cancer or group.
    members
        Its cancers with their weights.
    axes
        Its free numbers.
    targets
        The figures.
    left_out
        Figures that are left out, each with the reason.
    """

    name: str
    members: tuple[tuple[str, float], ...]
    axes: tuple[Axis, ...]
    targets: tuple[Target, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def at_diagnosis(self) -> tuple[Target, ...]:
        """Figures that are over by diagnosis."""
        return tuple(target for target in self.targets if target.quantity in AT_DIAGNOSIS)


def problem_of(name: str) -> Problem:
    """Return the problem of a cancer or group.

    Parameters
    ----------
    name
        Cancer or group. The figures of a group are fitted with all its members together, those of its members too.

    Raises
    ------
    UnknownEntryError
        If no cancer or group has this name.
    SettingError
        If it has no figures, or no number is free.
    EntryError
        If a free number breaks a rule.
    """
    members = tuple((cancer, weight) for cancer, weight in catalogue.resolve(name))
    ids = {cancer.id for cancer, _ in members}
    shipped = published.shipped()
    plans = {target.name: plan_of(target) for target in shipped if target.cancer in {name, *ids}}
    left = [(key, plan) for key, plan in plans.items() if isinstance(plan, str)]
    if len(members) == 1:
        groups = [group for group in catalogue.list_groups() if name in {c.id for c, _ in catalogue.resolve(group)}]
        told = "a figure of a group, fitted with all its members"
        left += [
            (target.name, f"{told}: paget calibrate {target.cancer}") for target in shipped if target.cancer in groups
        ]
    able = tuple(target for target in shipped if target.name in plans and not isinstance(plans[target.name], str))
    if not able:
        raise SettingError(f"There is no figure to fit {name} to.", value=name, fix="see: paget targets")
    weights = tuple((cancer.id, weight) for cancer, weight in members)
    return Problem(name, weights, axes_of([cancer for cancer, _ in members]), able, tuple(left))


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
        If emcee or SciPy are not installed.
    """
    _check(n=n, points=points, waves=waves, seed=seed, stage=stage, workers=workers)
    began = time.monotonic()
    problem = problem_of(cancer)
    folder = Path("calibration") / cancer if out is None else Path(out)
    with Points(folder, identity_of(problem, n, seed), workers or runner.available_cores()) as made:
        fit = _Fit(problem, made, n, points, seed, progress=progress)
        last = None
        for kind, count in _rounds(problem, stage, waves):
            last = fit.round(kind, count)
        if last is None:
            raise SettingError(
                "Nothing is to be fitted in this stage.", key="stage", value=stage, allowed=STAGES, fix="fit another"
            )
        before, after = fit.checked(last)
    return Calibration(
        problem=problem,
        rounds=tuple(fit.rounds),
        likelihood=last[0],
        moved=last[1],
        posterior=last[2],
        names=last[3],
        before=before,
        after=after,
        patients=n,
        points=points,
        seed=seed,
        seconds=time.monotonic() - began,
        folder=folder,
    )


def _rounds(problem: Problem, stage: Stages, waves: int) -> list[tuple[Stages, int]]:
    """Return which stage each wave is of."""
    early = bool(problem.at_diagnosis) and any(axis.stage == "spread" for axis in problem.axes)
    stages: list[Stages] = [stage]
    if stage == "both":
        stages = ["spread", "both"] if early else ["both"]
    free = {axis.stage for axis in problem.axes}
    return [(each, wave) for each in stages if each == "both" or each in free for wave in range(waves)]


def identity_of(problem: Problem, n: int, seed: int) -> dict[str, Any]:
    """Return what all points of a calibration have in common, besides their values.

    Parameters
    ----------
    problem
        The problem.
    n, seed
        Patients per point and seed.
    """
    digests = {}
    for name, _ in problem.members:
        cancer = catalogue.cancer(name)
        middle = np.full(len(problem.axes), 0.5)
        # With the free numbers at one fixed point, so that a fit which has been shipped changes nothing here.
        fixed = catalogue.override(cancer, settings_at(problem.axes, middle, name))
        digests[name] = catalogue.digest(fixed.model_copy(update={"free": ()}))
    return {
        "paget_version": paget.__version__,
        "cancer": problem.name,
        "catalogue_digest": digests,
        "free": [axis.key for axis in problem.axes],
        "targets": [target.name for target in problem.targets],
        "patients": n,
        "seed": seed,
    }


def _check(*, n: int, points: int, waves: int, seed: int, stage: str, workers: int | None) -> None:
    check_number("n", n, 20, N_MAX)
    check_number("points", points, 8, _POINTS_MOST)
    check_number("waves", waves, 1, 10)
    check_number("seed", seed, 0, SEED_MAX)
    if workers is not None:
        check_number("workers", workers, 1, runner.WORKERS_MAX)
    if stage not in STAGES:
        raise SettingError("There is no such stage.", key="stage", value=stage, allowed=STAGES)


_Last = tuple[Likelihood, tuple[int, ...], Posterior, tuple[str, ...]]


class _Fit:
    """A calibration under way: what has been simulated, and where it pays to simulate more."""

    def __init__(self, problem: Problem, made: Points, n: int, points: int, seed: int, *, progress: bool) -> None:
        self.problem, self.made, self.n, self.points, self.seed = problem, made, n, points, seed
        self.progress = progress
        self.box = Box.whole(len(problem.axes))
        self.stated = np.array([axis.stated for axis in problem.axes])
        self.rounds: list[Round] = []
        self._seen: dict[str, list[tuple[Floats, Figure, int]]] = {}
        self._stage: Stages | None = None

    def round(self, kind: Stages, wave: int) -> _Last:
        """Simulate a design, fit emulators, sample the posterior, and narrow the box to where it lies."""
        began = time.monotonic()
        moved = tuple(place for place, axis in enumerate(self.problem.axes) if kind in ("both", axis.stage))
        targets = self.problem.at_diagnosis if kind == "spread" else self.problem.targets
        if self._stage != kind:
            self._stage, self._seen = kind, {}
        inner = Box(self.box.low[list(moved)], self.box.high[list(moved)])
        number = len(self.rounds)
        design = np.tile(self.stated, (self.points, 1))
        design[:, moved] = design_in(inner, self.points, self.seed + 1000 * number)
        self._simulate(design, targets, cheap=kind == "spread", label=f"{self.problem.name}, {kind}, wave {wave + 1}")
        aims, emulators = self._emulated(targets, moved, inner)
        likelihood = Likelihood(aims, emulators, inner)
        posterior = sampled(likelihood, self.seed + number)
        found = narrowed(posterior.points, inner)
        self.box.low[list(moved)], self.box.high[list(moved)] = found.low, found.high
        self.rounds.append(Round(kind, wave, self.points, len(aims), posterior.effective, time.monotonic() - began))
        return likelihood, moved, posterior, tuple(aim.name for aim in aims)

    def _simulate(self, design: Floats, targets: Sequence[Target], *, cheap: bool, label: str) -> None:
        jobs = jobs_at(
            self.problem.name,
            self.problem.members,
            self.problem.axes,
            design,
            {
                "targets": tuple(targets),
                "at_diagnosis": frozenset(t.name for t in self.problem.at_diagnosis) if cheap else frozenset(),
                "seed": self.seed,
                "n": self.n,
                "blocks": BLOCKS,
            },
        )
        with ProgressBar(label, len(jobs), enabled=self.progress) as bar:
            found = self.made.simulated(jobs, bar)
        for place, (at, figures) in enumerate(zip(design, found, strict=True)):
            for target in targets:
                self._seen.setdefault(target.name, []).append((at, figures[target.name], place % BLOCKS))

    def _emulated(
        self, targets: Sequence[Target], moved: tuple[int, ...], inner: Box
    ) -> tuple[list[Aim], list[Emulator]]:
        aims, emulators = [], []
        for aim in aims_of(targets):
            seen = [
                (at[list(moved)], *aim.emulated(*figure), block)
                for at, figure, block in self._seen[aim.name]
                if np.isfinite(figure[0]) and inner.holds(at[list(moved)])
            ]
            seen = [row for row in seen if np.isfinite(row[1])]
            if len(seen) < max(self.points // 2, len(moved) + 2):
                continue
            at, values, noise, blocks = (np.array(column) for column in zip(*seen, strict=True))
            aims.append(aim)
            emulators.append(fitted(inner, at, values, noise, blocks))
        if not aims:
            raise SettingError(
                "No figure can be computed at half of the simulated points.",
                value=self.problem.name,
                fix="simulate more patients per point (-n)",
            )
        return aims, emulators

    def checked(self, last: _Last) -> tuple[tuple[Scored, ...], tuple[Scored, ...]]:
        """Simulate the stated values and the fit with more patients, none of them of the design, and score both."""
        fit = self.stated.copy()
        fit[list(last[1])] = last[2].median
        rest: Mapping[str, Any] = {
            "targets": self.problem.targets,
            "at_diagnosis": frozenset(),
            "seed": self.seed,
            "n": max(CHECKED_PATIENTS, self.n),
            "blocks": 1,
        }
        jobs = jobs_at(self.problem.name, self.problem.members, self.problem.axes, np.stack([self.stated, fit]), rest)
        jobs = [replace(job, first=_CHECKED_FIRST) for job in jobs]
        with ProgressBar(f"{self.problem.name}, check", 2, enabled=self.progress) as bar:
            before, after = self.made.simulated(jobs, bar)
        return self._scored(before, last[3]), self._scored(after, last[3])

    def _scored(self, figures: Mapping[str, Figure], names: Sequence[str]) -> tuple[Scored, ...]:
        rows = []
        for target in self.problem.targets:
            value, se = figures[target.name]
            found = "no simulated patient tells it" if np.isnan(value) else Estimate(value, se, 0)
            rows.append(scored(target, found, fitted=target.name in names))
        return tuple(rows)
