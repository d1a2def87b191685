"""How well a result in blood fits a patient's burden: the assay itself is asked, over a ladder of burdens.

Every assay answers to one number of a patient: the cells that, in a single lesion which neither grows nor shrinks,
would put as much into blood. For a ladder of such burdens the assay is simulated in many people, each with a
background, a secretion and a noise of his own, and a result is as likely as it is common among them. So no law of an
assay is written down twice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.model.assay import CellTest, ProteinTest, Test
from paget.model.draws import Floats
from paget.model.truth import Truth
from paget.observation.assays import SHEDDING_CELLS, is_raised, measure
from paget.observation.ctdna import residence_day

if TYPE_CHECKING:
    from paget.cohort.map_pool import Part

RUNGS: Final = np.linspace(4.0, 13.5, 58)
"""Powers of ten of the burdens, in cells; what is below counts as the first."""
PEOPLE: Final = 512
SEED: Final = 7919
"""Seed of their draws, apart from that of the patients: the same people answer for every patient."""
WIDTH: Final = 0.35
"""Width, in the logarithm, within which two results count as alike."""
REACH: Final = 3.0
"""Widths beyond which nothing is alike."""


def burden_cells(part: Part, test: Test) -> Floats:
    """Return the cells of one steady lesion that would put as much into blood as each patient's lesions do.

    Parameters
    ----------
    part
        The patients.
    test
        The assay, for their cancer.

    Returns
    -------
    ndarray of float64, shape (P,)
    """
    if isinstance(test, CellTest):
        shed = _summed(part, (part.cells / SHEDDING_CELLS) ** test.size_exponent)
        return np.asarray(SHEDDING_CELLS * shed ** (1.0 / test.size_exponent))
    growth, half_life = part.birth_per_day - part.death_per_day, test.half_life_day
    lag = residence_day(growth, half_life) / residence_day(0.0, half_life)
    source = part.cells if isinstance(test, ProteinTest) else part.cells * part.death_per_day
    return _summed(part, source * lag)


def log_fit(part: Part, test: Test, sex: int, value: float | str) -> Floats:
    """Return the logarithm of how common a result is among patients with each one's burden.

    Parameters
    ----------
    part
        The patients.
    test
        The assay, for their cancer.
    sex
        Code of the sex that the result belongs to.
    value
        A level, a count or a share, or + or -.

    Returns
    -------
    ndarray of float64, shape (P,)
        Minus infinity where nobody with such a burden comes near it.
    """
    ladder = _ladder(test, sex)
    if isinstance(value, str):
        fits = is_raised(test, ladder) == (value == "+")
        common = fits.mean(axis=1)
    else:
        least = _least(test)
        apart = (np.log(value + least) - np.log(ladder + least)) / WIDTH
        common = np.where(np.abs(apart) <= REACH, np.exp(-0.5 * apart**2), 0.0).mean(axis=1)
    at = np.log10(np.maximum(burden_cells(part, test), 10.0 ** RUNGS[0]))
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.interp(at, RUNGS, common)))


@lru_cache(maxsize=64)
def _ladder(test: Test, sex: int) -> Floats:
    """Return results of the same `PEOPLE` people for each burden, shape (rungs, people)."""
    person = np.tile(np.arange(PEOPLE), RUNGS.size)
    cells = np.repeat(10.0**RUNGS, PEOPLE)[:, None]
    whole, ones = np.zeros(cells.shape, np.int64), np.ones(cells.shape)
    steady = Truth(
        patient=person,
        sex=np.full(person.size, sex),
        day=np.zeros(person.size),
        key=whole.astype(np.uint64),
        organ=whole,
        is_primary=whole.astype(bool),
        cells=cells,
        diameter_mm=ones,
        genotype=whole,
        birth_per_day=ones,
        death_per_day=ones,
    )
    ladder = measure(SEED, steady, test).reshape(RUNGS.size, PEOPLE)
    ladder.flags.writeable = False
    return ladder


def _least(test: Test) -> float:
    """Return the result below which differences mean nothing."""
    if isinstance(test, ProteinTest):
        return 0.05 * test.limit
    return 1.0 if isinstance(test, CellTest) else 1e-4


def _summed(part: Part, amount: Floats) -> Floats:
    return np.bincount(part.row, amount, part.patients).astype(np.float64)
