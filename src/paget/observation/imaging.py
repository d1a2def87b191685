"""Examinations that show lesions: which are seen, how large they look, and what is seen that is not there.

Each lesion is looked at by itself. Whether a modality shows it is one draw of the lesion and the modality for life
against the chance at its size, so that a lesion has a size from which it is seen: what was seen once and grew is not
missed the next time. Measurement errors and false findings belong to the day. A lesion that is the same in two arms
of a study is seen alike in both. An examination tells a primary from a metastasis, but not a true finding from a false
one. It stops being true where readers differ from day to day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from paget.errors import SettingError
from paget.model import layout
from paget.model.cancer import Cancer
from paget.model.draws import normals, stream_keys, uniforms
from paget.model.findings import Audit, Findings
from paget.model.modality import Look, Modality
from paget.model.truth import Truth

EXPECTED_ORGANS: Final = np.array(
    [[organ not in absent for organ in layout.ORGANS] for absent in (("ovary", "breast"), ("prostate",))]
)
"""Organs, by sex as in `layout.SEXES`, in which a false finding can be made; a true lesion is seen wherever it is."""

_FARTHEST: Final = 8.7
"""No normal of `draws` is farther from 0: its radius is at most sqrt(2 ln 2**53) = 8.57."""

_DETECTION, _MEASUREMENT = 1, 2
"""Counters of a lesion's or organ's stream at one examination; a measurement takes two draws."""

_Part = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64], NDArray[np.uint64]]
"""Row, organ, whether in a primary site, diameter and lesion of findings."""


def examine(
    seed: int,
    truth: Truth,
    modalities: Sequence[Modality],
    ordered: NDArray[np.bool_],
    day: NDArray[np.float64],
    cancer: Cancer | None = None,
) -> tuple[Findings, Audit]:
    """Return what examinations of a block of patients show.

    Parameters
    ----------
    seed
        Seed of the run.
    truth
        What is the case on the day of the examinations, P patients.
    modalities
        M modalities; tests of blood or stool among them are passed over (see `assay_screens.screen_assays`).
    ordered
        Which patient gets which, shape (P, M).
    day
        Patient age in days, shape (P,). Draws go by its whole days.
    cancer
        The cancer of the block, by which tracers know their tumour; None where it is not in the catalogue.

    Returns
    -------
    findings : Findings
        In order of patient, then of modality.
    audit : Audit
        The lesion behind each.

    Raises
    ------
    SettingError
        Where the shapes do not fit.
    """
    check_shapes(truth, modalities, ordered, day)
    parts: list[_Part] = []
    columns: list[int] = []
    for column, modality in enumerate(modalities):
        rows = np.flatnonzero(ordered[:, column])
        if modality.look is None or rows.size == 0:
            continue
        cells = exam_cells(modality, day[rows])
        parts += [
            _seen(seed, truth, modality, modality.look, rows, cells, cancer),
            _false(seed, truth, modality, modality.look, rows, cells),
        ]
        columns += [column, column]
    if not parts:
        return Findings.none(), Audit(lesion=np.zeros(0, np.uint64))
    row, organ, primary, diameter, lesion = (np.concatenate(values) for values in zip(*parts, strict=True))
    column_of = np.repeat(np.asarray(columns, np.int64), [part[0].size for part in parts])
    order = np.argsort(row, kind="stable")
    row = row[order]
    findings = Findings(
        row=row,
        day=day[row].astype(np.float64),
        modality=column_of[order],
        organ=organ[order],
        in_primary_site=primary[order],
        diameter_mm=diameter[order],
    )
    return findings, Audit(lesion=lesion[order])


def chance_seen(modality: Modality, organ: NDArray[np.int64], diameter_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance that lesions are detected, whatever the tracer's uptake, of any common shape.

    Parameters
    ----------
    modality
        The modality.
    organ
        Codes of `layout.ORGANS`.
    diameter_mm
        True diameters (mm).

    Returns
    -------
    ndarray
        Chances; 0 in organs that the modality does not see.
    """
    half, slope, ceiling = _curves(modality)
    power = np.power(np.asarray(diameter_mm, np.float64) / half[organ], slope[organ])
    return np.asarray(ceiling[organ] * power / (1.0 + power))


def exam_cells(modality: Modality, day: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the numbers that stand for a modality on a day in random streams; the hour does not matter."""
    return np.asarray(np.floor(day), np.int64) + (_code(modality) << 20)


def check_shapes(
    truth: Truth, modalities: Sequence[Modality], ordered: NDArray[np.bool_], day: NDArray[np.float64]
) -> None:
    """Raise `SettingError` where orders or days do not belong to these patients and modalities."""
    expected = (truth.patient.size, len(modalities))
    if ordered.shape != expected or day.shape != expected[:1]:
        raise SettingError(
            "Orders and days do not fit the patients and modalities.",
            key="ordered" if ordered.shape != expected else "day",
            value=ordered.shape if ordered.shape != expected else day.shape,
            allowed=f"ordered of shape {expected} and day of shape {expected[:1]}",
            fix="hand over one row for each patient of the truth and one column for each modality",
        )


def _code(modality: Modality) -> int:
    return crc32(modality.id.encode())


def _curves(modality: Modality) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return half, slope and ceiling by organ code; the ceiling is 0 where nothing is seen."""
    half, slope, ceiling = np.ones(layout.N_ORGANS), np.ones(layout.N_ORGANS), np.zeros(layout.N_ORGANS)
    for name, sight in modality.organs.items():
        at = layout.code(layout.ORGANS, name)
        half[at], slope[at], ceiling[at] = sight.curve.half_mm, sight.curve.slope, sight.curve.ceiling
    return half, slope, ceiling


def _avid(
    seed: int, patients: NDArray[np.int64], modality: Modality, cancer: Cancer | None
) -> NDArray[np.bool_] | np.bool_:
    """Return whose tumour the tracer marks: a patient's own property, the same at every examination."""
    if modality.uptake is None:
        return np.True_
    share = modality.uptake.of("" if cancer is None else cancer.id)
    keys = stream_keys(seed, patients, layout.STREAM_IMAGING, _code(modality))
    return np.asarray(uniforms(keys) < share)


def _seen(
    seed: int,
    truth: Truth,
    modality: Modality,
    look: Look,
    rows: NDArray[np.int64],
    cells: NDArray[np.int64],
    cancer: Cancer | None,
) -> _Part:
    sigma, smallest = look.measurement_error.value, look.smallest.value
    organ, diameter = truth.organ[rows], truth.diameter_mm[rows]
    _, _, ceiling = _curves(modality)
    possible = truth.is_lesion[rows] & (ceiling[organ] > 0.0) & (diameter > smallest * np.exp(-_FARTHEST * sigma))
    possible &= np.reshape(_avid(seed, truth.patient[rows], modality, cancer), (-1, 1))
    r, lesion = np.nonzero(possible)
    whose, which = truth.patient[rows[r]], truth.key[rows[r], lesion]
    for_life = stream_keys(seed, whose, layout.STREAM_IMAGING, which, _code(modality))
    detected = uniforms(for_life, _DETECTION) < chance_seen(modality, organ[r, lesion], diameter[r, lesion])
    r, lesion = r[detected], lesion[detected]
    keys = stream_keys(seed, whose[detected], layout.STREAM_IMAGING, which[detected], cells[r])
    measured = diameter[r, lesion] * np.exp(sigma * normals(keys, _MEASUREMENT))
    reported = measured >= smallest
    r, lesion, row = r[reported], lesion[reported], rows[r[reported]]
    return row, organ[r, lesion], truth.is_primary[row, lesion], measured[reported], truth.key[row, lesion]


def _false(
    seed: int, truth: Truth, modality: Modality, look: Look, rows: NDArray[np.int64], cells: NDArray[np.int64]
) -> _Part:
    organs = np.array([layout.code(layout.ORGANS, name) for name in modality.organs])
    sights = modality.organs.values()
    clear = np.array([1.0 if sight.specificity is None else sight.specificity.value for sight in sights])
    as_primary = np.array([sight.false_as_primary for sight in sights])
    patients = truth.patient[rows]
    keys = stream_keys(seed, patients[:, None], layout.STREAM_IMAGING, organs[None, :], cells[:, None])
    mistaken = (uniforms(keys, _DETECTION) >= clear) & EXPECTED_ORGANS[truth.sex[rows]][:, organs]
    r, k = np.nonzero(mistaken)
    law = look.false_diameter
    measured = law.value * np.exp(law.sigma * normals(keys[r, k], _MEASUREMENT)) if r.size else np.zeros(0)
    none = np.zeros(r.size, np.uint64)
    return rows[r], organs[k], as_primary[k], np.maximum(measured, look.smallest.value), none
