"""Tests of blood or stool that screen for cancer: positive or not, and which organ they name.

A test answers for the whole patient, so it gives a result and no finding. The cancer itself makes it positive with a
chance that grows with the primary, or with all living cells; else chance does, as often as in people without cancer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from paget.model import layout
from paget.model.cancer import Cancer
from paget.model.draws import choices, stream_keys, uniforms
from paget.model.modality import Assay, Modality
from paget.model.truth import Truth
from paget.observation.imaging import EXPECTED_ORGANS, chance_seen, check_shapes, exam_cells

_SIGNAL, _ERROR, _ORIGIN, _PICK = 1, 2, 3, 4
"""Counters of a patient's stream at one test."""


@dataclass(frozen=True)
class AssayResults:
    """Results of R tests of blood or stool, in order of patient and then of modality.

    Parameters
    ----------
    row : ndarray of int64, shape (R,)
        Which patient of the block.
    day : ndarray of float64, shape (R,)
        Patient age in days.
    modality : ndarray of int64, shape (R,)
        Position of the modality in the list that was handed in.
    is_positive : ndarray of bool, shape (R,)
        The result.
    organ : ndarray of int64, shape (R,)
        Organ that a positive result names, a code of `layout.ORGANS`; -1 for a negative one.
    """

    row: NDArray[np.int64]
    day: NDArray[np.float64]
    modality: NDArray[np.int64]
    is_positive: NDArray[np.bool_]
    organ: NDArray[np.int64]


def screen_assays(
    seed: int,
    truth: Truth,
    modalities: Sequence[Modality],
    ordered: NDArray[np.bool_],
    day: NDArray[np.float64],
    cancer: Cancer | None = None,
) -> tuple[AssayResults, NDArray[np.bool_]]:
    """Return the results of tests of blood or stool in a block of patients.

    Parameters
    ----------
    seed
        Seed of the run.
    truth
        What is the case on the day of the tests, P patients.
    modalities
        M modalities; examinations that show lesions are passed over (see `imaging.examine`).
    ordered
        Which patient gets which, shape (P, M).
    day
        Patient age in days, shape (P,). Draws go by its whole days.
    cancer
        The cancer of the block, which tells where the primary grew even when it is gone; None to read it off the truth.

    Returns
    -------
    results : AssayResults
        Negative results too.
    is_signal : ndarray of bool, shape (R,)
        Whether the cancer itself made the result positive: truth, for tables and tests only.

    Raises
    ------
    SettingError
        Where the shapes do not fit.
    """
    check_shapes(truth, modalities, ordered, day)
    empty = np.zeros(0, np.int64)
    rows, columns, organs, signals = [empty], [empty], [empty], [np.zeros(0, np.bool_)]
    for column, modality in enumerate(modalities):
        at = np.flatnonzero(ordered[:, column])
        if modality.assay is None or at.size == 0:
            continue
        organ, is_signal = _assayed(seed, truth, modality, modality.assay, at, day[at], cancer)
        rows.append(at)
        columns.append(np.full(at.size, column, np.int64))
        organs.append(organ)
        signals.append(is_signal)
    row = np.concatenate(rows)
    order = np.argsort(row, kind="stable")
    row, organ = row[order], np.concatenate(organs)[order]
    results = AssayResults(
        row=row,
        day=day[row].astype(np.float64),
        modality=np.concatenate(columns)[order],
        is_positive=organ >= 0,
        organ=organ,
    )
    return results, np.concatenate(signals)[order]


def _assayed(
    seed: int,
    truth: Truth,
    modality: Modality,
    assay: Assay,
    rows: NDArray[np.int64],
    day: NDArray[np.float64],
    cancer: Cancer | None,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the organ that each result names, -1 for a negative one, and whether the cancer caused it."""
    home = _home(truth, rows, cancer)
    size = truth.diameter_mm[rows] * truth.is_lesion[rows]
    if assay.basis == "primary":
        diameter = np.max(size * truth.is_primary[rows], axis=1, initial=0.0)
    else:
        diameter = np.cbrt(np.sum(size**3, axis=1))
    keys = stream_keys(
        seed, truth.patient[rows], layout.STREAM_ASSAY, crc32(modality.id.encode()), exam_cells(modality, day)
    )
    chance = np.where(home >= 0, chance_seen(modality, np.maximum(home, 0), diameter), 0.0)
    is_signal = uniforms(keys, _SIGNAL) < chance
    is_error = ~is_signal & (uniforms(keys, _ERROR) >= assay.specificity.value)
    codes = np.array([layout.code(layout.ORGANS, name) for name in modality.organs])
    weights = EXPECTED_ORGANS[truth.sex[rows]][:, codes].astype(np.float64)
    weights[is_signal[:, None] & (codes == home[:, None])] = 0.0
    elsewhere = codes[choices(uniforms(keys, _PICK), weights)]
    right = is_signal & (uniforms(keys, _ORIGIN) < assay.origin_accuracy.value)
    return np.where(right, home, np.where(is_signal | is_error, elsewhere, -1)), is_signal


def _home(truth: Truth, rows: NDArray[np.int64], cancer: Cancer | None) -> NDArray[np.int64]:
    if cancer is not None:
        return np.full(rows.size, layout.code(layout.ORGANS, cancer.organ), np.int64)
    primary = truth.is_primary[rows]
    column = np.argmax(primary, axis=1)
    organ = truth.organ[rows, column]
    return np.where(primary[np.arange(rows.size), column], organ, -1)
