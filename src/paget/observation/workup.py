"""Work-up: which examinations are ordered for what, and which findings stand once they were looked at again.

The plan of one cancer is plain arrays, so that orders for a block are one expression. A biopsy or a second look tells
most false findings from true ones; those that it does not tell stay, and such patients are staged too high.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paget.errors import EntryError, nearest
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.draws import exponentials, stream_keys, uniforms
from paget.model.findings import Audit, Findings
from paget.model.modality import Modality
from paget.model.workup import Workup

_INCIDENTAL, _SECOND_LOOK = 1, 2
"""Lineages of a patient's stream of visits."""


@dataclass(frozen=True)
class Plan:
    """How one cancer is worked up; M modalities.

    Parameters
    ----------
    modalities : tuple of Modality
        All that can be ordered.
    first, staging : ndarray of bool, shape (M,)
        Examinations that look for the primary, and those that follow once a tumour is found.
    staging_from_mm : float
        Diameter of the primary from which staging follows without any other sign.
    by_organ : ndarray of bool, shape (layout.N_ORGANS, M)
        Examinations of an organ that is symptomatic.
    incidental : ndarray of bool, shape (M,)
        The examination that is made for other reasons.
    incidental_per_day, disproved, repeat_day : float
        Its rate; the share of false findings that is disproved; days until a work-up is repeated.
    repeats : int
        How often it is repeated.
    """

    modalities: tuple[Modality, ...]
    first: NDArray[np.bool_]
    staging: NDArray[np.bool_]
    staging_from_mm: float
    by_organ: NDArray[np.bool_]
    incidental: NDArray[np.bool_]
    incidental_per_day: float
    disproved: float
    repeat_day: float
    repeats: int


def plan_of(workup: Workup, cancer: str, modalities: Mapping[str, Modality]) -> Plan:
    """Return the plan of one cancer.

    Parameters
    ----------
    workup
        The entry.
    cancer
        Name of the cancer.
    modalities
        All entries of the kind ``modalities``.

    Raises
    ------
    EntryError
        Where the entry does not say how the cancer is worked up, or names a modality that there is not.
    """
    if cancer not in workup.cancers:
        raise EntryError(
            f"The work-up {workup.id!r} does not say how {cancer} is worked up.",
            key="cancers",
            value=cancer,
            allowed=sorted(workup.cancers),
            fix=f"say presents_like in the cancer, or add [cancers.{cancer}] to the entry",
        )
    own = workup.cancers[cancer]
    asked = {
        *own.first,
        *own.staging,
        workup.incidental.modality,
        *(m for each in workup.by_organ.values() for m in each),
    }
    for name in sorted(asked - set(modalities)):
        raise EntryError(
            f"The work-up {workup.id!r} orders a modality that there is not.",
            key="cancers",
            value=name,
            allowed=sorted(modalities),
            meant=nearest(name, sorted(modalities)),
            fix="correct the name, or add the modality",
        )
    names = sorted(asked)
    by_organ = np.zeros((layout.N_ORGANS, len(names)), np.bool_)
    for organ, examinations in workup.by_organ.items():
        by_organ[layout.code(layout.ORGANS, organ)] = np.isin(names, examinations)
    return Plan(
        modalities=tuple(modalities[name] for name in names),
        first=np.isin(names, own.first),
        staging=np.isin(names, own.staging),
        staging_from_mm=own.staging_from.value,
        by_organ=by_organ,
        incidental=np.isin(names, [workup.incidental.modality]),
        incidental_per_day=workup.incidental.rate.value / YEAR_DAY,
        disproved=workup.disproved.value,
        repeat_day=workup.repeat.value,
        repeats=workup.repeats,
    )


def incidental_days(
    seed: int, patient: ArrayLike, from_day: NDArray[np.float64], plan: Plan, most: int
) -> NDArray[np.float64]:
    """Return the days of each patient's first examinations for other reasons, a Poisson process of constant rate.

    Parameters
    ----------
    seed
        The run's seed.
    patient : array-like of int64, shape (P,)
        Indices.
    from_day : ndarray of float64, shape (P,)
        Patient age in days from which they count.
    plan
        The plan, for their rate.
    most
        How many are returned.

    Returns
    -------
    ndarray of float64, shape (P, most)
        Rising; infinite where the rate is 0.
    """
    if plan.incidental_per_day <= 0.0:
        return np.full((from_day.size, most), np.inf)
    keys = stream_keys(seed, patient, layout.STREAM_VISIT, _INCIDENTAL)
    waits = exponentials(keys[:, None], np.arange(1, most + 1)) / plan.incidental_per_day
    return np.asarray(from_day[:, None] + np.cumsum(waits, axis=1))


def standing(
    seed: int, patient: NDArray[np.int64], findings: Findings, audit: Audit, disproved: float
) -> NDArray[np.bool_]:
    """Return which findings stand after biopsy or a second look.

    Parameters
    ----------
    seed
        The run's seed.
    patient : ndarray of int64, shape (P,)
        Indices of the block's patients.
    findings, audit
        What was found, F findings, and the truth behind it, which a biopsy brings out.
    disproved
        Share of false findings that is disproved.

    Returns
    -------
    ndarray of bool, shape (F,)
    """
    keys = stream_keys(
        seed, patient[findings.row], layout.STREAM_VISIT, _SECOND_LOOK, np.floor(findings.day).astype(np.int64)
    )
    u = uniforms(keys, 1 + findings.organ + layout.N_ORGANS * findings.modality)
    return np.asarray(~audit.is_false | (u >= disproved))
