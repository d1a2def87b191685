"""Response of tumours to treatment by RECIST 1.1, from findings: target lesions, their sum, and what is new.

Eisenhauer et al. 2009 (doi:10.1016/j.ejca.2008.10.026): at most five targets, two an organ (all nodes are one organ),
from 10 mm on, nodes from 15 mm; a node below 10 mm is normal; bone is not measured. What the criteria leave to the
reader is settled here and stands in the constants below. `Audit.lesion` serves to know a lesion again, as a reader
with the older images does, and to nothing else: a false finding is followed like a lesion of its organ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from paget.model import layout
from paget.model.chart import RESPONSES
from paget.model.findings import Audit, Findings
from paget.model.positions import position_in_run

MOST_TARGETS: Final = 5
MOST_IN_ORGAN: Final = 2
MEASURABLE_MM: Final = 10.0
MEASURABLE_NODE_MM: Final = 15.0
NORMAL_NODE_MM: Final = 10.0
"""Nodes below it are not pathological."""
RESPONSE_SHARE: Final = 0.7
"""Partial response: the sum is at most this share of the baseline."""
PROGRESS_RATIO: Final = 1.2
PROGRESS_MM: Final = 5.0
"""Progress: the sum is at least this ratio of the nadir, and at least so many millimetres above it."""
PROGRESS_VOLUME_RATIO: Final = 1.73
"""By volume, the same as 20 % by diameter, which the criteria name for disease that is not measured."""
FAINT_MM: Final = 5.0
"""A target too small to measure. A nadir counts a vanished target so, lest a shadow that comes and goes be progress."""
NEW_MM: Final = 10.0
"""Unequivocally new (assumed): as large as what can be measured. Smaller findings wait until they have grown."""
DOUBTED_MM: Final = 20.0
"""A target last measured so large does not vanish between two looks (assumed): its first absence counts as a miss."""

NONE, COMPLETE, PARTIAL, STABLE, PROGRESS, NOT_EVALUABLE = (
    RESPONSES.index(name) for name in ("none", "CR", "PR", "SD", "PD", "NE")
)

_IS_NODE: Final = np.array([organ.endswith("lymph_node") for organ in layout.ORGANS])
_MEASURABLE_FROM_MM: Final = np.where(_IS_NODE, MEASURABLE_NODE_MM, MEASURABLE_MM)
_MEASURABLE_FROM_MM[layout.code(layout.ORGANS, "bone")] = np.inf
_GROUP: Final = np.where(_IS_NODE, layout.N_ORGANS, np.arange(layout.N_ORGANS))
_GROWN_BY: Final = 8

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass
class Tracked:
    """Lesions that are followed in P patients; K places for known lesions, grown when needed.

    Parameters
    ----------
    key : ndarray of uint64, shape (P, K)
        Known lesions; 0 where a place is empty.
    organ : ndarray of int64, shape (P, K)
        Codes of `layout.ORGANS`.
    smallest_mm : ndarray of float64, shape (P, K)
        Smallest diameter measured since the baseline.
    present : ndarray of bool, shape (P, K)
        Whether a lesion was still there when its organ was last examined.
    target : ndarray of int64, shape (P, 5)
        Places of the target lesions; -1 where there is none.
    baseline_mm, last_mm : ndarray of float64, shape (P, 5)
        Their diameters at baseline and at the last assessment; 0 where there is none.
    doubted : ndarray of bool, shape (P, 5)
        Whether a target's last absence was taken for a miss.
    diseased : ndarray of bool, shape (P,)
        Whether there was disease at baseline, or has been since.
    baseline_sum_mm, nadir_sum_mm, sum_mm : ndarray of float64, shape (P,)
        Sums of diameters; NaN where nothing is measurable. The nadir counts a vanished target as `FAINT_MM`.
    """

    key: NDArray[np.uint64]
    organ: Integers
    smallest_mm: Floats
    present: Flags
    target: Integers
    baseline_mm: Floats
    last_mm: Floats
    doubted: Flags
    diseased: Flags
    baseline_sum_mm: Floats
    nadir_sum_mm: Floats
    sum_mm: Floats

    @classmethod
    def none(cls, patients: int) -> Tracked:
        """Return patients of whom nothing is known.

        Parameters
        ----------
        patients
            Number of patients, P.
        """
        known, targets = (patients, _GROWN_BY), (patients, MOST_TARGETS)
        return cls(
            key=np.zeros(known, np.uint64),
            organ=np.zeros(known, np.int64),
            smallest_mm=np.full(known, np.nan),
            present=np.zeros(known, np.bool_),
            target=np.full(targets, -1, np.int64),
            baseline_mm=np.zeros(targets),
            last_mm=np.zeros(targets),
            doubted=np.zeros(targets, np.bool_),
            diseased=np.zeros(patients, np.bool_),
            baseline_sum_mm=np.full(patients, np.nan),
            nadir_sum_mm=np.full(patients, np.nan),
            sum_mm=np.full(patients, np.nan),
        )

    @property
    def target_key(self) -> NDArray[np.uint64]:
        """Keys of the target lesions, shape (P, 5); 0 where there is none."""
        keys = np.take_along_axis(self.key, np.maximum(self.target, 0), axis=1)
        return np.where(self.target >= 0, keys, np.uint64(0))

    @property
    def measurable(self) -> Flags:
        """Whether there is a target lesion, shape (P,)."""
        return np.asarray((self.target >= 0).any(axis=1))

    def grow(self, places: int) -> None:
        """Make room for so many known lesions in each patient.

        Parameters
        ----------
        places
            Places that are needed.
        """
        more = places - self.key.shape[1]
        if more <= 0:
            return
        more = -(-more // _GROWN_BY) * _GROWN_BY
        for name, empty in (("key", 0), ("organ", 0), ("smallest_mm", np.nan), ("present", False)):
            setattr(self, name, np.pad(getattr(self, name), ((0, 0), (0, more)), constant_values=empty))


@dataclass(frozen=True)
class Assessment:
    """What an assessment of P patients says, each of shape (P,).

    Parameters
    ----------
    response : ndarray of int64
        Codes of `chart.RESPONSES`; ``none`` where there was no disease at baseline and still is none. Without
        measurable disease, neither complete response nor progress is ``SD``.
    sum_mm : ndarray of float64
        Sum of the diameters of targets; NaN where nothing is measurable.
    change : ndarray of float64
        Change of the sum from baseline, as a share of it; NaN where nothing is measurable.
    new_lesions : ndarray of bool
        Whether a lesion is unequivocally new, or came back when all had gone.
    non_target_progress : ndarray of bool
        Whether lesions that are not measured grew unequivocally.
    target_progress : ndarray of bool
        Whether the sum grew by enough.
    """

    response: Integers
    sum_mm: Floats
    change: Floats
    new_lesions: Flags
    non_target_progress: Flags
    target_progress: Flags


@dataclass(frozen=True)
class _Sightings:
    """Lesions seen, one row for each lesion of a patient: the measurement of the first modality that shows it."""

    row: Integers
    key: NDArray[np.uint64]
    organ: Integers
    mm: Floats

    @classmethod
    def of(cls, findings: Findings, audit: Audit) -> _Sightings:
        key = np.where(audit.lesion == 0, (findings.organ + 1).astype(np.uint64), audit.lesion)
        order = np.lexsort((findings.modality, key, findings.row))
        row, key = findings.row[order], key[order]
        first = np.ones(row.size, np.bool_)
        first[1:] = (row[1:] != row[:-1]) | (key[1:] != key[:-1])
        order = order[first]
        return cls(row[first], key[first], findings.organ[order], findings.diameter_mm[order])

    @property
    def pathological(self) -> Flags:
        return np.asarray(~_IS_NODE[self.organ] | (self.mm >= NORMAL_NODE_MM))


def start(tracked: Tracked, who: Integers, findings: Findings, audit: Audit) -> None:
    """Set a new baseline: choose targets among what is seen now, and know all of it again.

    Parameters
    ----------
    tracked : Tracked
        Changed in place. Lesions known before stay known.
    who : ndarray of int64, shape (W,)
        Patients, each once.
    findings : Findings
        What their examinations show; `row` is a position in `who`.
    audit : Audit
        By which lesions are known again.
    """
    seen = _Sightings.of(findings, audit)
    place = _places(tracked, who, seen, np.ones(seen.row.size, np.bool_))
    mm = _seen_mm(tracked, who, seen, place)
    tracked.smallest_mm[who] = np.where(np.isnan(mm), tracked.smallest_mm[who], mm)
    present = np.zeros(mm.shape, np.bool_)
    present[seen.row, place] = seen.pathological
    tracked.present[who], tracked.diseased[who] = present, present.any(axis=1)
    chosen, number = _targets(seen)
    target, baseline = np.full((who.size, MOST_TARGETS), -1, np.int64), np.zeros((who.size, MOST_TARGETS))
    target[seen.row[chosen], number] = place[chosen]
    baseline[seen.row[chosen], number] = seen.mm[chosen]
    tracked.target[who], tracked.baseline_mm[who], tracked.last_mm[who] = target, baseline, baseline
    tracked.doubted[who] = False
    total = np.where((target >= 0).any(axis=1), baseline.sum(axis=1), np.nan)
    for sums in (tracked.baseline_sum_mm, tracked.nadir_sum_mm, tracked.sum_mm):
        sums[who] = total


def assess(tracked: Tracked, who: Integers, examined_organs: Flags, findings: Findings, audit: Audit) -> Assessment:
    """Return the response since the baseline, and remember what was seen.

    A target whose organ was not examined keeps its last measurement; one that is gone counts as 0. Lesions other than
    targets progress where the volume of those seen is enough above their smallest to enlarge all tumour seen by 73 %,
    and the diameter of a ball of that volume grew by 5 mm too.

    Parameters
    ----------
    tracked : Tracked
        Changed in place.
    who : ndarray of int64, shape (W,)
        Patients, each once, for whom `start` set a baseline.
    examined_organs : ndarray of bool, shape (W, layout.N_ORGANS)
        Organs that were imaged.
    findings : Findings
        What is seen; `row` is a position in `who`.
    audit : Audit
        By which lesions are known again.
    """
    seen = _Sightings.of(findings, audit)
    nothing_left = np.asarray(~tracked.present[who].any(axis=1))
    place = _places(tracked, who, seen, seen.mm >= NEW_MM)
    unmeasured = np.isnan(tracked.smallest_mm[who[seen.row], place])
    is_new = (seen.mm >= NEW_MM) & (unmeasured | nothing_left[seen.row])
    new_lesions = np.bincount(seen.row[is_new], minlength=who.size) > 0
    known = place >= 0
    seen = _Sightings(seen.row[known], seen.key[known], seen.organ[known], seen.mm[known])
    place = place[known]
    mm = _seen_mm(tracked, who, seen, place)
    targets = _target_mm(tracked, who, mm, examined_organs)
    absent = (tracked.target[who] >= 0) & (targets == 0.0)
    with_faint = targets.sum(axis=1) + FAINT_MM * absent.sum(axis=1)
    nadir = tracked.nadir_sum_mm[who]
    # A comparison with NaN, where nothing is measurable, is false.
    target_progress = (with_faint >= PROGRESS_RATIO * nadir) & (with_faint - nadir >= PROGRESS_MM)
    non_target_progress = _non_target_progress(tracked, who, mm, targets)
    evaluable = _evaluable(tracked, who, examined_organs)
    _note_presence(tracked, who, seen, place, examined_organs)
    total = np.where(tracked.measurable[who], targets.sum(axis=1), np.nan)
    change = total / tracked.baseline_sum_mm[who] - 1.0
    present = tracked.present[who].any(axis=1)
    tracked.diseased[who] |= present
    response = np.where(total <= RESPONSE_SHARE * tracked.baseline_sum_mm[who], PARTIAL, STABLE)
    response = np.where(present, response, np.where(tracked.diseased[who], COMPLETE, NONE))
    response = np.where(evaluable, response, NOT_EVALUABLE)
    response = np.where(new_lesions | target_progress | non_target_progress, PROGRESS, response)
    tracked.smallest_mm[who] = np.fmin(tracked.smallest_mm[who], mm)
    tracked.last_mm[who], tracked.sum_mm[who] = targets, total
    tracked.nadir_sum_mm[who] = np.minimum(nadir, with_faint)
    return Assessment(response, total, change, new_lesions, non_target_progress, target_progress)


def _places(tracked: Tracked, who: Integers, seen: _Sightings, may_add: Flags) -> Integers:
    """Return the place of each lesion seen, -1 for none, after adding those that may be."""
    match = tracked.key[who][seen.row] == seen.key[:, None]
    place = np.where(match.any(axis=1), match.argmax(axis=1), -1)
    added = np.flatnonzero((place < 0) & may_add)
    row = seen.row[added]
    used = np.count_nonzero(tracked.key[who], axis=1)
    place[added] = used[row] + position_in_run(row)
    tracked.grow(int(place.max(initial=-1)) + 1)
    tracked.key[who[row], place[added]] = seen.key[added]
    tracked.organ[who[row], place[added]] = seen.organ[added]
    return np.asarray(place, np.int64)


def _seen_mm(tracked: Tracked, who: Integers, seen: _Sightings, place: Integers) -> Floats:
    """Return the diameter of each known lesion as seen now, NaN where it is not."""
    mm = np.full((who.size, tracked.key.shape[1]), np.nan)
    mm[seen.row, place] = seen.mm
    return mm


def _targets(seen: _Sightings) -> tuple[Integers, Integers]:
    """Return which lesions become targets, largest first, and their numbers."""
    able = np.flatnonzero(seen.mm >= _MEASURABLE_FROM_MM[seen.organ])
    group = seen.row[able] * (layout.N_ORGANS + 1) + _GROUP[seen.organ[able]]
    order = np.lexsort((-seen.mm[able], group))
    able = able[order][position_in_run(group[order]) < MOST_IN_ORGAN]
    able = able[np.lexsort((-seen.mm[able], seen.row[able]))]
    number = position_in_run(seen.row[able])
    return able[number < MOST_TARGETS], number[number < MOST_TARGETS]


def _target_mm(tracked: Tracked, who: Integers, mm: Floats, examined: Flags) -> Floats:
    """Return the diameters that targets count with, and remember whose absence is doubted."""
    target, last = tracked.target[who], tracked.last_mm[who]
    at = np.maximum(target, 0)
    now = np.take_along_axis(mm, at, axis=1)
    organ = np.take_along_axis(tracked.organ[who], at, axis=1)
    looked = np.take_along_axis(examined, organ, axis=1)
    unseen = (target >= 0) & np.isnan(now) & looked
    doubted = unseen & (last >= DOUBTED_MM) & ~tracked.doubted[who]
    tracked.doubted[who] = doubted | (tracked.doubted[who] & ~looked & np.isnan(now))
    counted = np.where(np.isnan(now), np.where(unseen & ~doubted, 0.0, last), now)
    return np.where(target >= 0, counted, 0.0)


def _non_target_progress(tracked: Tracked, who: Integers, mm: Floats, targets: Floats) -> Flags:
    """Return in whom lesions that are not targets progressed; those first seen now are not among them."""
    row, number = np.nonzero(tracked.target[who] >= 0)
    mm = mm.copy()
    mm[row, tracked.target[who][row, number]] = np.nan
    smallest = tracked.smallest_mm[who]
    both = ~np.isnan(mm) & ~np.isnan(smallest)
    at, place = np.nonzero(both)
    now, before = mm[at, place], smallest[at, place]
    now_sum = np.bincount(at, _cubed(now), minlength=who.size)
    then_sum = np.bincount(at, _cubed(np.fmin(now, before)), minlength=who.size)
    measured = _cubed(targets).sum(axis=1)
    enough = np.cbrt(now_sum) - np.cbrt(then_sum) >= PROGRESS_MM
    return np.asarray(enough & (measured + now_sum >= PROGRESS_VOLUME_RATIO * (measured + then_sum)))


def _cubed(mm: Floats) -> Floats:
    """Return the cubes of diameters; multiplying is many times as quick as a power."""
    return np.asarray(mm * mm * mm)


def _note_presence(tracked: Tracked, who: Integers, seen: _Sightings, place: Integers, examined: Flags) -> None:
    """Remember which lesions are there: seen and pathological, not looked for, or a target whose absence is doubted."""
    present = tracked.present[who] & ~np.take_along_axis(examined, tracked.organ[who], axis=1)
    present[seen.row, place] = seen.pathological
    row, number = np.nonzero(tracked.doubted[who])
    present[row, tracked.target[who][row, number]] = True
    tracked.present[who] = present


def _evaluable(tracked: Tracked, who: Integers, examined: Flags) -> Flags:
    """Return in whom an organ with a target was imaged; without targets, one with a lesion, or any if none is left."""
    target, present = tracked.target[who], tracked.present[who]
    looked = np.take_along_axis(examined, tracked.organ[who], axis=1)
    by_target = ((target >= 0) & np.take_along_axis(looked, np.maximum(target, 0), axis=1)).any(axis=1)
    by_lesion = np.where(present.any(axis=1), (present & looked).any(axis=1), examined.any(axis=1))
    return np.asarray(np.where(tracked.measurable[who], by_target, by_lesion))
