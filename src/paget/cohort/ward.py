"""The ward: everything that the care of one block of patients holds, and what one round of visits has seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from paget.model import layout
from paget.model.findings import Audit, Findings
from paget.observation.symptoms import N_PLACES, PRIMARY_PLACE

if TYPE_CHECKING:
    from paget.care.courses import Courses
    from paget.cohort.care_book import Book
    from paget.cohort.care_plan import CarePlan
    from paget.cohort.care_toxicity import Toxicities
    from paget.cohort.diagnosis import Diagnosis, Eyes
    from paget.engine import Program
    from paget.model.truth import Truth
    from paget.observation.response import Tracked


@dataclass(frozen=True)
class Ward:
    """The care of one block of P patients.

    Parameters
    ----------
    program, eyes
        The compiled cancer, and how its patients are found and looked at.
    plan
        How they are cared for.
    seed
        The run's seed.
    known
        What became known at diagnosis.
    symptomatic : ndarray of bool, shape (P, N_PLACES)
        Places that are symptomatic; shared with the search.
    book, courses, tracked, toxicities
        What is known and was decided, what is being given, the lesions that are measured, and unwanted effects.
    """

    program: Program
    eyes: Eyes
    plan: CarePlan
    seed: int
    known: Diagnosis
    symptomatic: np.ndarray
    book: Book
    courses: Courses
    tracked: Tracked
    toxicities: Toxicities

    @property
    def own_organ(self) -> int:
        """Code of the organ in which the primary grows."""
        return layout.ORGANS.index(self.eyes.cancer.organ)


@dataclass(frozen=True)
class Seen:
    """What one round has seen of K patients.

    Parameters
    ----------
    who : ndarray of int64, shape (K,)
        Rows of the patients in the block.
    truth
        What is the case.
    findings, audit
        What examinations show; `findings.row` counts the K patients.
    burden : ndarray of float64, shape (K, N_PLACES)
        Cells of the primary, of metastases by organ, and of all.
    """

    who: np.ndarray
    truth: Truth
    findings: Findings
    audit: Audit
    burden: np.ndarray

    @classmethod
    def of(cls, who: np.ndarray, truth: Truth) -> Seen:
        """Return patients of whom nothing was examined yet."""
        return cls(who, truth, Findings.none(), Audit(np.zeros(0, np.uint64)), burdens(truth))

    @property
    def day(self) -> np.ndarray:
        """Patient ages in days, shape (K,)."""
        return self.truth.day

    def where(self, which: np.ndarray) -> Seen:
        """Return the patients that a mask of shape (K,) keeps, with rows of findings counted anew."""
        if which.all():
            return self
        mask = which[self.findings.row]
        place = np.cumsum(which) - 1
        kept = self.findings.where(mask)
        findings = replace(kept, row=place[kept.row])
        return Seen(self.who[which], self.truth.of(which), findings, Audit(self.audit.lesion[mask]), self.burden[which])

    def showing(self, findings: Findings, audit: Audit) -> Seen:
        """Return the same patients with findings."""
        return replace(self, findings=findings, audit=audit)


def burdens(truth: Truth) -> np.ndarray:
    """Return the cells of each place in K patients, shape (K, N_PLACES).

    Parameters
    ----------
    truth
        What is the case.
    """
    count = truth.patient.size
    out = np.zeros((count, N_PLACES))
    out[:, PRIMARY_PLACE] = np.where(truth.is_primary, truth.cells, 0.0).sum(axis=1)
    spread = np.where(truth.is_primary, 0.0, truth.cells)
    flat = (np.arange(count)[:, None] * layout.N_ORGANS + truth.organ).ravel()
    by_organ = np.bincount(flat, spread.ravel(), minlength=count * layout.N_ORGANS)
    out[:, 1 : 1 + layout.N_ORGANS] = by_organ.reshape(count, layout.N_ORGANS)
    out[:, -1] = truth.total_cells
    return out
