"""Biopsies: which finding is sampled, whether the sample will do, and what is read from it.

A tumour's own properties are drawn once a patient; a metastasis keeps them, but for the share of results that convert
on the way, drawn once a lesion. So a second biopsy of the same lesion reads the same, and another lesion mostly does.
Whether a sample will do, and how much of it is tumour, is drawn at each biopsy. Results are independent of each other
given the cancer, which stops being true where one programme sets several markers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import DTypeLike, NDArray

from paget.errors import SettingError
from paget.model import layout
from paget.model.draws import Words, choices, stream_keys, uniforms
from paget.model.findings import Audit, Findings
from paget.model.tissue import NEGATIVE, POSITIVE, UNKNOWN, Integers, Results, Tissue
from paget.model.truth import Truth

Flags = NDArray[np.bool_]

_PATIENT: Final = 0
"""Lineage of what belongs to the patient's tumour as a whole; a lesion's lineage is its key."""
_COPIES: Final = 2.0
"""Copies of a gene in a cell, of which a mutation takes one."""


@dataclass(frozen=True)
class Pathology:
    """What one biopsy in each of P patients has shown.

    Parameters
    ----------
    finding : ndarray of int64, shape (P,)
        Position of the finding that was sampled; -1 where none was.
    adequate : ndarray of bool, shape (P,)
        Whether the sample allows a diagnosis.
    malignant : ndarray of bool, shape (P,)
        Whether tumour was seen; False too where the sample was not adequate.
    organ : ndarray of int64, shape (P,)
        Organ that was sampled; -1 where none was.
    histology : ndarray of int64, shape (P,)
        Position in `Tissue.histologies`; -1 where no tumour was seen.
    markers, alterations, biomarkers : ndarray of int8, shape (P, M), (P, A) and (P, B)
        Results; UNKNOWN where no tumour was seen.
    """

    finding: Integers
    adequate: Flags
    malignant: Flags
    organ: Integers
    histology: Integers
    markers: Results
    alterations: Results
    biomarkers: Results


@dataclass(frozen=True)
class Samples:
    """Tumour samples to read, one in each of P patients.

    Parameters
    ----------
    patient : ndarray of int64, shape (P,)
        Indices.
    origin : ndarray of int64, shape (P,)
        True origins, as positions in `Tissue.origins`.
    lesion : ndarray of uint64, shape (P,)
        Keys of the lesions sampled.
    is_primary : ndarray of bool, shape (P,)
        Whether the lesion is the primary.
    genotype : ndarray of int64, shape (P,)
        Bit mask of the drivers of the lesion's largest clone.
    day : ndarray of float64, shape (P,)
        Patient age in days; draws go by its whole days.
    """

    patient: Integers
    origin: Integers
    lesion: NDArray[np.uint64]
    is_primary: Flags
    genotype: Integers
    day: NDArray[np.float64]


def biopsy(
    seed: int,
    tissue: Tissue,
    truth: Truth,
    origin: Integers,
    findings: Findings,
    audit: Audit,
    ordered: Flags,
) -> tuple[Pathology, Audit]:
    """Return what a biopsy of the largest accessible finding shows, in patients who get one.

    Parameters
    ----------
    seed
        Seed of the run.
    tissue
        Rates of the panel.
    truth
        What is the case on the day of the biopsy, P patients.
    origin
        True origins as positions in `tissue.origins`, shape (P,); -1 for a cancer that the panel does not know, of
        which tumour is seen and nothing else.
    findings, audit
        What is known so far, and the lesions behind it.
    ordered
        Who gets a biopsy, shape (P,).

    Returns
    -------
    pathology : Pathology
        What was seen.
    audit : Audit
        The lesion sampled in each patient; 0 where there was none.

    Raises
    ------
    SettingError
        Where the shapes do not fit.
    """
    _check(truth, origin, ordered)
    count = truth.patient.size
    finding = np.where(ordered, largest_accessible(findings, count, tissue), -1)
    taken = finding >= 0
    safe = np.maximum(finding, 0)
    nothing = np.zeros(count, np.int64)
    organ = np.where(taken, findings.organ[safe], -1) if findings.count else nothing - 1
    lesion = np.where(taken, audit.lesion[safe], 0).astype(np.uint64) if findings.count else nothing.astype(np.uint64)
    same = (truth.key == lesion[:, None]) & truth.is_lesion & (lesion != 0)[:, None]
    column = same.argmax(axis=1)
    adequate = taken & ~_failed(seed, tissue, truth, organ)
    malignant = adequate & same.any(axis=1)
    rows = np.flatnonzero(malignant & (origin >= 0))
    at = rows, column[rows]
    samples = Samples(
        patient=truth.patient[rows],
        origin=origin[rows],
        lesion=lesion[rows],
        is_primary=truth.is_primary[at],
        genotype=truth.genotype[at],
        day=truth.day[rows],
    )
    pathology = Pathology(
        finding=finding,
        adequate=adequate,
        malignant=malignant,
        organ=organ,
        histology=_spread(count, rows, histology(seed, tissue, samples), np.int64),
        markers=_spread(count, rows, stained(seed, tissue, samples), np.int8),
        alterations=_spread(count, rows, sequenced(seed, tissue, samples), np.int8),
        biomarkers=_spread(count, rows, biomarkers(seed, tissue, samples), np.int8),
    )
    return pathology, Audit(lesion=lesion)


def largest_accessible(findings: Findings, count: int, tissue: Tissue) -> Integers:
    """Return the finding that is sampled in each patient: the largest, smaller ones counting more where easy to reach.

    Parameters
    ----------
    findings
        What is known.
    count
        Number of patients, P.
    tissue
        Ease by organ.

    Returns
    -------
    ndarray of int64, shape (P,)
        Positions of findings; -1 where nothing that can be reached was found.
    """
    score = findings.diameter_mm * tissue.ease[findings.organ]
    order = np.lexsort((-score, findings.row))
    order = order[score[order] > 0.0]
    rows, first = np.unique(findings.row[order], return_index=True)
    chosen = np.full(count, -1, np.int64)
    chosen[rows] = order[first]
    return chosen


def histology(seed: int, tissue: Tissue, samples: Samples) -> Integers:
    """Return what the samples look like, as positions in `tissue.histologies`, shape (P,)."""
    u = uniforms(_patient_keys(seed, samples), _counter("histology"))
    return choices(u, tissue.histology_rate[samples.origin]).astype(np.int64)


def stained(seed: int, tissue: Tissue, samples: Samples) -> Results:
    """Return the results of all antibodies, shape (P, M); see the module for what a metastasis changes.

    Parameters
    ----------
    seed
        Seed of the run.
    tissue
        Rates of the panel.
    samples
        What is stained.
    """
    rate = tissue.marker_rate[samples.origin]
    bit = tissue.marker_bit[samples.origin]
    primary = uniforms(_patient_keys(seed, samples)[:, None], _counters("primary", tissue.markers)) < rate
    primary = np.where(bit >= 0, _carried(samples.genotype, bit), primary)
    own = _lesion_keys(seed, samples)[:, None]
    turn = uniforms(own, _counters("turn", tissue.markers))
    anew = uniforms(own, _counters("anew", tissue.markers)) < rate
    chance = np.where(primary, tissue.loss[samples.origin], tissue.gain[samples.origin])
    known = tissue.metastasis_is_converted[samples.origin]
    redrawn = (bit < 0) & (turn < tissue.redrawn)
    metastasis = np.where(known, primary ^ (turn < chance), np.where(redrawn, anew, primary))
    return _results(np.where(samples.is_primary[:, None], primary, metastasis))


def sequenced(seed: int, tissue: Tissue, samples: Samples, share: NDArray[np.float64] | None = None) -> Results:
    """Return which alterations sequencing finds, shape (P, A).

    Drivers that the cancer's entry lists are found where the sampled clone carries them; all others are drawn once a
    patient. A mutation takes one of two copies, so its share of the copies is half of the tumour cells with it.

    Parameters
    ----------
    seed
        Seed of the run.
    tissue
        Rates of the panel.
    samples
        What is sequenced.
    share
        Share of the lesion's cells that carry each alteration, if it is there, shape (P, A); 1 if None.
    """
    carried = altered(seed, tissue, samples)
    u = uniforms(_biopsy_keys(seed, samples.patient, samples.lesion, samples.day), _counter("purity"))
    purity = tissue.purity_least + u * (tissue.purity_most - tissue.purity_least)
    mutant = purity[:, None] * (1.0 if share is None else share) / _COPIES
    return _results(carried & (mutant >= tissue.limit))


def altered(seed: int, tissue: Tissue, samples: Samples) -> Flags:
    """Return which alterations are there, whether sequencing would find them or not, shape (P, A).

    Parameters
    ----------
    seed
        Seed of the run.
    tissue
        Rates of the panel.
    samples
        Whose tumours.
    """
    rate = tissue.alteration_rate[samples.origin]
    bit = tissue.alteration_bit[samples.origin]
    drawn = uniforms(_patient_keys(seed, samples)[:, None], _counters("alteration", tissue.alterations)) < rate
    carried = np.where(bit >= 0, _carried(samples.genotype, bit), drawn)
    within = tissue.alteration_within
    carried &= (within < 0) | carried[:, np.maximum(within, 0)]
    return np.asarray(carried)


def biomarkers(seed: int, tissue: Tissue, samples: Samples) -> Results:
    """Return the biomarkers of treatment, shape (P, B).

    They are the tumour's own and the same in each lesion, but for those that a driver of the cancer's entry decides:
    these are found where the sampled clone carries it.
    """
    drawn = uniforms(_patient_keys(seed, samples)[:, None], _counters("biomarker", tissue.biomarkers))
    bit = tissue.biomarker_bit[samples.origin]
    found = np.where(bit >= 0, _carried(samples.genotype, bit), drawn < tissue.biomarker_rate[samples.origin])
    found |= altered(seed, tissue, samples) @ tissue.biomarker_follows.T
    within, implied_by = tissue.biomarker_within, tissue.biomarker_implied_by
    found &= (within < 0) | found[:, np.maximum(within, 0)]
    found |= (implied_by >= 0) & found[:, np.maximum(implied_by, 0)]
    return _results(found)


def _failed(seed: int, tissue: Tissue, truth: Truth, organ: Integers) -> Flags:
    keys = _biopsy_keys(seed, truth.patient, organ, truth.day)
    return np.asarray(uniforms(keys, _counter("failed")) < tissue.failed[np.maximum(organ, 0)])


def _patient_keys(seed: int, samples: Samples) -> Words:
    return stream_keys(seed, samples.patient, layout.STREAM_TISSUE, _PATIENT)


def _lesion_keys(seed: int, samples: Samples) -> Words:
    return stream_keys(seed, samples.patient, layout.STREAM_TISSUE, samples.lesion)


def _biopsy_keys(
    seed: int, patient: Integers, lineage: Integers | NDArray[np.uint64], day: NDArray[np.float64]
) -> Words:
    # The day is counted from 1, so that no biopsy shares a stream with what is drawn once a lesion.
    return stream_keys(seed, patient, layout.STREAM_TISSUE, lineage, 1 + np.floor(day).astype(np.int64))


def _counter(role: str) -> int:
    """Return the number of a draw within its stream, by name: a test that is added changes no other."""
    return 1 + crc32(role.encode())


def _counters(role: str, names: tuple[str, ...]) -> Integers:
    return np.array([_counter(f"{role}/{name}") for name in names], np.int64)


def _carried(genotype: Integers, bit: Integers) -> Flags:
    return np.asarray(((genotype[:, None] >> np.maximum(bit, 0)) & 1) == 1)


def _results(positive: Flags) -> Results:
    return np.where(positive, POSITIVE, NEGATIVE).astype(np.int8)


def _spread(count: int, rows: NDArray[np.intp], values: NDArray[Any], kind: DTypeLike) -> NDArray[Any]:
    """Return the values of some patients as rows of all, UNKNOWN elsewhere."""
    out = np.full((count, *values.shape[1:]), UNKNOWN, kind)
    out[rows] = values
    return out


def _check(truth: Truth, origin: Integers, ordered: Flags) -> None:
    expected = truth.patient.shape
    for key, given in (("origin", origin), ("ordered", ordered)):
        if given.shape != expected:
            raise SettingError(
                "The arrays do not belong to the same patients.",
                key=key,
                value=given.shape,
                allowed=f"shape {expected}, one for each patient of the truth",
            )
