"""The sub-model that a general simulator of reactions can do too, by the laws of Paget's engine.

Cells C divide at rate b and die at rate d; each makes mutants M at rate u and founders of metastases F at rate
s; both multiply and die on their own. There are no organs, no crowding, no immune pressure, no dormancy. Paget
counts cells exactly up to a thousand and follows the deterministic law above; mutants and founders that die out
within an interval are not made. Intervals are as long as the engine's own: growth by e^2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba as nb
import numpy as np

from paget.engine import birth_death, rng

GROWTH_PER_INTERVAL = 2.0
FIRST, SMALL = 100.0, 1000.0
"""Cells at the start: so many that a line dies out once in 2**100; and cells that are counted one by one."""
poisson, uniform, open_stream, stream_key = rng.poisson, rng.uniform, rng.open_stream, rng.stream_key
alive_integral, age_of_survivor = birth_death.alive_integral, birth_death.age_of_survivor
survivor_size, step = birth_death.survivor_size, birth_death.step


@dataclass(frozen=True)
class Rates:
    """Rates per cell and day; made up, of an ordinary size.

    Parameters
    ----------
    birth, death
        Of cells and of founders' cells; mutants are born as often.
    mutant_death
        Of mutants.
    mutation, founding
        At which a cell makes a mutant and a founder.
    """

    birth: float = 0.2
    death: float = 0.1
    mutant_death: float = 0.08
    mutation: float = 2e-5
    founding: float = 2e-6

    def days_to(self, cells: float) -> float:
        """Return the days in which the mean grows from the first cells to `cells`.

        Parameters
        ----------
        cells
            The number to reach.
        """
        return math.log(cells / FIRST) / (self.birth - self.death)

    def means(self, days: float) -> tuple[float, float, float]:
        """Return the mean numbers of cells, mutants and founders' cells in theory.

        Parameters
        ----------
        days
            Since there were the first cells.
        """
        net, faster = self.birth - self.death, self.death - self.mutant_death
        cells = FIRST * math.exp(net * days)
        return cells, self.mutation * cells * math.expm1(faster * days) / faster, self.founding * cells * days


@nb.njit(error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def grown(draws: Any, cells: float, birth: float, net: float, days: float) -> float:  # noqa: ANN401 - an array
    """Return a line's cells after an interval: drawn while it is small, by the mean above."""
    if cells <= 0.0:
        return 0.0
    return step(draws, cells, birth, net, days) if cells < SMALL else cells * math.exp(net * days)


@nb.njit(error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def added(draws: Any, rate: float, before: float, after: float, birth: float, net: float, days: float) -> float:  # noqa: ANN401 - an array
    """Return the cells, at an interval's end, of lines that a growing population begins at a rate per cell."""
    top = max(before, after)
    total = 0.0
    for _ in range(int(poisson(draws, rate * top * alive_integral(birth, net, days)))):
        age = age_of_survivor(uniform(draws), birth, net, days)
        if uniform(draws) * top < before * (after / before) ** (1.0 - age / days):
            total += survivor_size(draws, birth, net, age)
    return total


@nb.njit(error_model="numpy")  # type: ignore[untyped-decorator, unused-ignore]
def trajectories(seed: int, out: Any, rates: Any, days: float, steps: int) -> None:  # noqa: ANN401 - arrays
    """Fill rows of `out` with cells, mutants and founders' cells after `steps` intervals of `days`."""
    birth, net, mutant_net, mutation, founding = rates
    draws = np.empty(2, np.uint64)
    for k in range(out.shape[0]):
        open_stream(draws, stream_key(seed, k, 0, 0, 0))
        cells, mutants, founded = FIRST, 0.0, 0.0
        for _ in range(steps):
            before, cells = cells, grown(draws, cells, birth, net, days)
            mutants = grown(draws, mutants, birth, mutant_net, days)
            mutants += added(draws, mutation, before, cells, birth, mutant_net, days)
            founded = grown(draws, founded, birth, net, days)
            founded += added(draws, founding, before, cells, birth, net, days)
        out[k, 0], out[k, 1], out[k, 2] = cells, mutants, founded


def simulate(rates: Rates, seed: int, count: int, days: float) -> np.ndarray[Any, Any]:
    """Return cells, mutants and founders' cells of some trajectories after some days, shape (count, 3).

    Parameters
    ----------
    rates
        The rates.
    seed
        Seed of all draws.
    count
        Number of trajectories.
    days
        When they end.
    """
    net = rates.birth - rates.death
    steps = math.ceil(days * net / GROWTH_PER_INTERVAL)
    out = np.empty((count, 3))
    five = (rates.birth, net, rates.birth - rates.mutant_death, rates.mutation, rates.founding)
    trajectories(seed, out, five, days / steps, steps)
    return out
