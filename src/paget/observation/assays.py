"""Results of blood tests: levels of proteins, counts of tumour cells, and shares of mutant DNA.

A person's own numbers (background, how much the tumour secretes or sheds) are drawn once and stay; noise is drawn anew
at every visit. Amounts in blood follow living cells by first-order clearance: a level is secretion per cell times cells
times 1 / (1 + growth / clearance), so that it lags while a tumour shrinks. No result is cut off at a detection limit.

It stops being true in the days after a tumour is taken out, when what it left in blood still clears.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paget.model.assay import CellTest, GenomeTest, ProteinTest, Test
from paget.model.draws import Floats, normals, stream_keys, uniforms
from paget.model.layout import STREAM_ASSAY
from paget.model.truth import Truth, added
from paget.observation.counts import COUNTERS, negative_binomials, poissons
from paget.observation.ctdna import LOG_TWO, genomes_mean, liquid_biopsy, residence_day

__all__ = ["genomes_mean", "is_raised", "liquid_biopsy", "measure", "protein_level", "tumour_cells"]

SHEDDING_CELLS: Final = 1e9
"""Size of the lesion that a cancer's shedding is stated for."""

_OWN, _VISIT = range(2)
"""An assay's streams: the patient's own numbers, and the visit's."""
_BACKGROUND, _SECRETION, _SECRETES = 1, 3, 5
"""Counters of the patient's own stream; a normal takes two."""


def measure(
    seed: int,
    truth: Truth,
    test: Test,
    cell: ArrayLike = 0,
    *,
    organ_removed: NDArray[np.bool_] | None = None,
) -> Floats:
    """Return the result of a test for each patient, shape (P,), in the test's own unit.

    Parameters
    ----------
    seed
        Seed of the run.
    truth : Truth
        What is the case.
    test : ProteinTest, CellTest or GenomeTest
        The assay, for the patients' cancer (`Marker.of`).
    cell : int or ndarray of int, shape (P,)
        Number of the visit, or its day as a whole number: what tells its draws from another's.
    organ_removed : ndarray of bool, shape (P,), optional
        Who no longer has the organ that a protein's background comes from.

    Returns
    -------
    ndarray
        A level, a count of cells in the tube, or the mutant share of the copies, which is 0 where nothing is detected.
    """
    if isinstance(test, ProteinTest):
        return protein_level(seed, truth, test, cell, organ_removed=organ_removed)
    if isinstance(test, CellTest):
        return tumour_cells(seed, truth, test, cell)
    biopsy = liquid_biopsy(seed, truth, test, cell)
    return np.where(biopsy.detected, biopsy.variant_share, 0.0)


def is_raised(test: Test, result: Floats) -> NDArray[np.bool_]:
    """Return which results count as raised.

    Parameters
    ----------
    test
        The assay.
    result : ndarray
        What `measure` gave.
    """
    if isinstance(test, GenomeTest):
        return np.asarray(result > 0.0)
    return np.asarray(result >= (test.limit if isinstance(test, ProteinTest) else test.limit_cells))


def protein_level(
    seed: int,
    truth: Truth,
    test: ProteinTest,
    cell: ArrayLike = 0,
    *,
    organ_removed: NDArray[np.bool_] | None = None,
) -> Floats:
    """Return levels of a protein, shape (P,).

    (own background + own secretion per cell x living cells x residence / residence at rest) x noise of the visit, with
    lognormal background, secretion and noise.

    Parameters
    ----------
    seed, truth, test, cell, organ_removed
        See `measure`.
    """
    own = stream_keys(seed, truth.patient, STREAM_ASSAY, test.key + _OWN)
    background = test.background * np.exp(test.background_sigma * normals(own, _BACKGROUND))
    has_background = np.isin(truth.sex, test.sexes)
    if organ_removed is not None:
        has_background &= ~organ_removed
    per_cell = test.per_cell * np.exp(test.per_cell_sigma * normals(own, _SECRETION))
    secretes = uniforms(own, _SECRETES) < test.secretors
    lag = residence_day(truth.birth_per_day - truth.death_per_day, test.half_life_day) * LOG_TWO / test.half_life_day
    tumour = np.where(secretes, per_cell, 0.0) * added(truth.cells * lag)
    visit = stream_keys(seed, truth.patient, STREAM_ASSAY, test.key + _VISIT, cell)
    noise = np.exp(test.noise_sigma * normals(visit))
    return np.asarray((np.where(has_background, background, 0.0) + tumour) * noise)


def tumour_cells_mean(truth: Truth, test: CellTest, recognised: ArrayLike) -> Floats:
    """Return the mean number of tumour cells that a tube shows, shape (P,), without false ones.

    Cells shed per day, S (N / 1e9) ** alpha summed over lesions, times the days that one stays in blood, times the
    share of the blood that is in the tube, times the shares recognised and recovered.

    Parameters
    ----------
    truth : Truth
        What is the case.
    test : CellTest
        The assay, for the patients' cancer.
    recognised : float or ndarray, shape (P,)
        Share of shed cells that reach the sampled vein whole and are recognised.
    """
    size = np.where(truth.is_lesion, truth.cells / SHEDDING_CELLS, 0.0)
    shed = test.shed_cells_per_day * added(np.where(truth.is_lesion, size**test.size_exponent, 0.0))
    return np.asarray(np.multiply(shed * test.half_life_day / LOG_TWO * test.caught, recognised))


def tumour_cells(seed: int, truth: Truth, test: CellTest, cell: ArrayLike = 0) -> Floats:
    """Return counts of circulating tumour cells in a tube, shape (P,): negative binomial, with false cells.

    Parameters
    ----------
    seed, truth, test, cell
        See `measure`.
    """
    own = stream_keys(seed, truth.patient, STREAM_ASSAY, test.key + _OWN)
    recognised = np.minimum(1.0, test.recognised * np.exp(test.recognised_sigma * normals(own)))
    visit = stream_keys(seed, truth.patient, STREAM_ASSAY, test.key + _VISIT, cell)
    counted = negative_binomials(visit, tumour_cells_mean(truth, test, recognised), test.dispersion)
    return counted + poissons(visit, test.false_cells, 1 + 2 * COUNTERS)
