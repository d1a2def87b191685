"""The waves of a calibration: simulate a design, fit emulators, sample the posterior, and go where that lies.

What simulates is handed in, so that the machinery can be held to a simulator whose answer is known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paget.errors import SettingError
from paget.inference.design import BLOCKS, WIDENED, WIDENED_BEFORE, design_in, narrowed
from paget.inference.emulator import Box, Emulator, fitted
from paget.inference.posterior import Likelihood, Posterior, sampled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.inference.aims import Aim, Figure

    Floats = NDArray[np.float64]

Simulate = Callable[["Floats"], Sequence[Mapping[str, "Figure"]]]
"""Returns the figures of each point by name; points take turns between `BLOCKS` blocks of patients."""


@dataclass(frozen=True)
class Wave:
    """A wave and what it found.

    Parameters
    ----------
    stage, number
        Which wave of which stage, from 1 on.
    moved
        Places of the coordinates that it fitted.
    box
        Where it simulated, in these coordinates.
    likelihood
        Its emulators and density.
    outcomes
        Emulators of what else was asked, by name.
    posterior
        Its posterior, in these coordinates.
    points
        Points that were simulated.
    seconds
        Time it took.
    """

    stage: str
    number: int
    moved: tuple[int, ...]
    box: Box
    likelihood: Likelihood
    outcomes: Mapping[str, Emulator]
    posterior: Posterior
    points: int
    seconds: float


class Waves:
    """A calibration under way: what has been simulated, and where it pays to simulate more.

    Parameters
    ----------
    stated : ndarray of float64, shape (D,)
        Coordinates of the stated values, which stay where a stage does not move them.
    points
        Points per wave.
    seed
        Seed of designs and samplers.
    steps
        Steps of the sampler that are kept.
    """

    def __init__(self, stated: Floats, points: int, seed: int, steps: int = 1500) -> None:
        self.stated, self.points, self.seed, self.steps = stated, points, seed, steps
        self.done: list[Wave] = []
        self._seen: list[tuple[Floats, Mapping[str, Figure], int]] = []

    def wave(
        self, stage: str, moved: Sequence[int], aims: Sequence[Aim], asked: Sequence[Aim], simulate: Simulate
    ) -> Wave:
        """Go on by one wave.

        Parameters
        ----------
        stage
            Name of the stage; points of another stage are not used.
        moved
            Places of the coordinates to fit.
        aims
            The figures to fit to.
        asked
            What else to emulate.
        simulate
            What simulates.

        Raises
        ------
        SettingError
            If no figure can be computed at half of the points.
        """
        began, place = time.monotonic(), list(moved)
        number = 1 + sum(each.stage == stage for each in self.done)
        if number == 1:
            self._seen = []
        box = self._next_box(place, WIDENED if number > 1 else WIDENED_BEFORE)
        design = np.tile(self.stated, (self.points, 1))
        design[:, place] = design_in(box, self.points, self.seed + 1000 * len(self.done))
        self._seen += [
            (at, found, k % BLOCKS) for k, (at, found) in enumerate(zip(design, simulate(design), strict=True))
        ]
        able = [(aim, made) for aim in aims if (made := self._emulator(aim, place, box)) is not None]
        if not able:
            fault = "No figure can be computed at half of the simulated points."
            raise SettingError(fault, value=stage, fix="simulate more patients per point (-n)")
        likelihood = Likelihood([aim for aim, _ in able], [made for _, made in able], box)
        posterior = sampled(likelihood, self.seed + len(self.done), self.steps)
        outcomes = {aim.name: made for aim in asked if (made := self._emulator(aim, place, box)) is not None}
        seconds = time.monotonic() - began
        done = Wave(stage, number, tuple(moved), box, likelihood, outcomes, posterior, self.points, seconds)
        self.done.append(done)
        return done

    def _next_box(self, place: list[int], widened: float) -> Box:
        """Return where to simulate: all that is allowed, or where the last posterior lies as far as it tells."""
        box = Box.whole(self.stated.size)
        if self.done:
            last = self.done[-1]
            found = narrowed(last.posterior.points, last.box, widened)
            box.low[list(last.moved)], box.high[list(last.moved)] = found.low, found.high
        return Box(box.low[place], box.high[place])

    def _emulator(self, aim: Aim, place: list[int], box: Box) -> Emulator | None:
        """Return the emulator of a figure; None where too few of the points in the box tell it."""
        rows = [
            (at[place], *aim.emulated(*figures[aim.name]), block)
            for at, figures, block in self._seen
            if aim.name in figures and np.isfinite(figures[aim.name][0]) and box.holds(at[place])
        ]
        rows = [row for row in rows if np.isfinite(row[1])]
        if len(rows) < max(self.points // 2, len(place) + 2):
            return None
        at, values, noise, blocks = (np.array(column) for column in zip(*rows, strict=True))
        return fitted(box, at, values, noise, blocks)

    @property
    def median(self) -> Floats:
        """The posterior median of the last wave, with the stated values of what it did not move."""
        found = self.stated.copy()
        found[list(self.done[-1].moved)] = self.done[-1].posterior.median
        return found
