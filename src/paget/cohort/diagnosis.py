"""What is known of patients at diagnosis: by which eyes they were looked for, and what became known of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.cohort.testing import Tests
from paget.model import layout
from paget.model.findings import Audit, Findings
from paget.observation import symptoms, workup

if TYPE_CHECKING:
    from paget.model.assay import Test
    from paget.model.cancer import Cancer
    from paget.model.modality import Modality
    from paget.model.screening import Programme
    from paget.model.stage import StagingTable
    from paget.model.tissue import Tissue

ROUTES: Final = (
    "not found",
    "symptom of the primary",
    "symptom of a metastasis",
    "general symptom",
    "screening",
    "incidental",
    "at death",
)
NOT_FOUND, BY_PRIMARY, BY_METASTASIS, BY_GENERAL, BY_SCREENING, BY_CHANCE, AT_DEATH = range(7)


@dataclass(frozen=True)
class Eyes:
    """Everything by which the patients of one cancer are found.

    Parameters
    ----------
    cancer : Cancer
        The entry.
    places : Places
        Where symptoms come from.
    plan : Plan
        The work-up.
    table : StagingTable
        The table by which stage is told.
    tissue : Tissue
        Rates of the tissue panel.
    origin : int
        The cancer among the panel's origins; -1 if it is none of them.
    blood : tuple of (str, Test)
        Markers that are measured in blood at diagnosis.
    programme : Programme, optional
        A screening programme.
    test : Modality, optional
        Its test.
    """

    cancer: Cancer
    places: symptoms.Places
    plan: workup.Plan
    table: StagingTable
    tissue: Tissue
    origin: int
    blood: tuple[tuple[str, Test], ...] = ()
    programme: Programme | None = None
    test: Modality | None = None


@dataclass
class Diagnosis:
    """What became known of P patients; days are patient age, NaN where it never came to that.

    `true_primary_mm` and `true_largest_mm`, of shape (P, N_ORGANS), are the truth on the day of diagnosis: diameters of
    the primary and of each organ's largest metastasis. They serve comparisons, and nobody in the simulation sees them.
    """

    symptom_place: np.ndarray
    symptom: np.ndarray
    symptom_day: np.ndarray
    day: np.ndarray
    route: np.ndarray
    t: np.ndarray
    n: np.ndarray
    m: np.ndarray
    stage: np.ndarray
    clinical_stage: np.ndarray
    primary_found: np.ndarray
    sites_found: np.ndarray
    screens: np.ndarray
    last_screen_day: np.ndarray
    true_primary_mm: np.ndarray
    true_largest_mm: np.ndarray
    findings: list[tuple[Findings, Audit]] = field(default_factory=list)
    tests: list[Tests] = field(default_factory=list)

    @classmethod
    def none(cls, patients: int) -> Diagnosis:
        """Return that nothing is known of anybody."""

        def whole() -> np.ndarray:
            return np.zeros(patients, np.int64)

        def days() -> np.ndarray:
            return np.full(patients, np.nan)

        return cls(
            symptom_place=whole() - 1,
            symptom=whole() - 1,
            symptom_day=days(),
            day=days(),
            route=whole(),
            t=whole(),
            n=whole(),
            m=whole(),
            stage=whole(),
            clinical_stage=whole(),
            primary_found=np.zeros(patients, bool),
            sites_found=whole(),
            screens=whole(),
            last_screen_day=days(),
            true_primary_mm=days(),
            true_largest_mm=np.zeros((patients, layout.N_ORGANS)),
        )

    def of(self, which: np.ndarray) -> Diagnosis:
        """Return what is known of the patients that a mask keeps, their findings' rows told anew."""
        place = np.cumsum(which) - 1
        kept: list[tuple[Findings, Audit]] = []
        for findings, audit in self.findings:
            mask = which[findings.row]
            part = findings.where(mask)
            part.row[:] = place[part.row]
            kept.append((part, Audit(audit.lesion[mask])))
        tests = []
        for results in self.tests:
            chosen = results.where(which[results.row])
            tests.append(replace(chosen, row=place[chosen.row]))
        arrays = {name: value[which] for name, value in vars(self).items() if name not in ("findings", "tests")}
        return Diagnosis(**arrays, findings=kept, tests=tests)
