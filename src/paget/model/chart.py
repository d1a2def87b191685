"""Charts and orders: what a policy is told of a block of patients, and what it answers.

A chart holds what is known and nothing else; no field of it comes from the truth but through an examination, a test
or what the patient says. Every array is over the P patients for whom a decision is due.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from paget.model import protocol

EVENTS: Final = get_args(protocol.Event)
GOALS: Final = get_args(protocol.Goal)
PHASES: Final = get_args(protocol.Phase)
RESPONSES: Final = get_args(protocol.Response)

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Charts:
    """What is known of P patients; T therapies, B tests of tissue or blood, by the names given.

    Parameters
    ----------
    therapies, tests : tuple of str
        Names by position: therapies that may be ordered, and alterations and biomarkers that are tested.
    patient : ndarray of int64, shape (P,)
        Indices.
    event : ndarray of int64, shape (P,)
        Codes of `EVENTS`: why a decision is due.
    day, age_year : ndarray of float64, shape (P,)
        Patient age in days, and in years.
    diagnosis_day : ndarray of float64, shape (P,)
        Patient age in days at diagnosis.
    sex : ndarray of int64, shape (P,)
        Codes of `layout.SEXES`.
    stage, stage_group : ndarray of int64, shape (P,)
        Codes of `stage.STAGES`, and 1 to 4 (0 unknown), at diagnosis.
    node_positive : ndarray of bool, shape (P,)
        Whether nodes were positive at diagnosis.
    sites : ndarray of bool, shape (P, N_ORGANS)
        Organs in which metastases are known now, regional nodes among them.
    metastases : ndarray of int64, shape (P,)
        Distant metastases known now.
    primary_in_place : ndarray of bool, shape (P,)
        Whether the primary has not been removed or destroyed.
    primary_mm : ndarray of float64, shape (P,)
        Its last measured diameter; NaN where it was not seen.
    tested : ndarray of int8, shape (P, B)
        1 found, 0 not found, -1 not tested.
    fitness : ndarray of int64, shape (P,)
        Performance status (ECOG), 0 to 4.
    symptomatic : ndarray of bool, shape (P, N_ORGANS)
        Organs that hurt or fail.
    phase, goal : ndarray of int64, shape (P,)
        Codes of `PHASES` and `GOALS` until now.
    line : ndarray of int64, shape (P,)
        Lines of systemic therapy for advanced disease so far.
    response, best : ndarray of int64, shape (P,)
        Codes of `RESPONSES`: at the last assessment, and the best of the present line.
    given : ndarray of int64, shape (P, T)
        How often each therapy was started.
    on : ndarray of bool, shape (P, T)
        Whether it is being given.
    free_day : ndarray of float64, shape (P,)
        Days since the last systemic therapy ended; infinite where there was none, 0 while one is under way.
    worst_grade : ndarray of int64, shape (P,)
        Worst toxicity since the last decision, 0 to 5.
    modalities : tuple of str
        Examinations that may be ordered, M of them, by the names given.
    """

    therapies: tuple[str, ...]
    tests: tuple[str, ...]
    patient: Integers
    event: Integers
    day: Floats
    age_year: Floats
    diagnosis_day: Floats
    sex: Integers
    stage: Integers
    stage_group: Integers
    node_positive: Flags
    sites: Flags
    metastases: Integers
    primary_in_place: Flags
    primary_mm: Floats
    tested: NDArray[np.int8]
    fitness: Integers
    symptomatic: Flags
    phase: Integers
    goal: Integers
    line: Integers
    response: Integers
    best: Integers
    given: Integers
    on: Flags
    free_day: Floats
    worst_grade: Integers
    modalities: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of patients, P."""
        return int(self.patient.size)

    def of(self, which: Flags) -> Charts:
        """Return the charts that a mask of shape (P,) keeps."""
        arrays = {name: value for name, value in vars(self).items() if not isinstance(value, tuple)}
        return replace(self, **{name: value[which] for name, value in arrays.items()})


@dataclass(frozen=True)
class Orders:
    """What is to be done for P patients.

    Parameters
    ----------
    start, stop : ndarray of bool, shape (P, T)
        Therapies to start and to stop.
    wait_day : ndarray of float64, shape (P,)
        Days until the start.
    phase, goal : ndarray of int64, shape (P,)
        Codes of `PHASES` and `GOALS`.
    new_line : ndarray of bool, shape (P,)
        Whether a line of therapy for advanced disease begins.
    next_visit_day : ndarray of float64, shape (P,)
        Days until the next planned visit; infinite for none.
    imaging : ndarray of bool, shape (P, M)
        Examinations at that visit, as positions in the run's list of modalities.
    rule : ndarray of int64, shape (P,)
        Which rule was followed; -1 for none.
    """

    start: Flags
    stop: Flags
    wait_day: Floats
    phase: Integers
    goal: Integers
    new_line: Flags
    next_visit_day: Floats
    imaging: Flags
    rule: Integers

    @classmethod
    def none(cls, charts: Charts, modalities: int | None = None) -> Orders:
        """Return orders that change nothing and set no visit.

        Parameters
        ----------
        charts
            P patients.
        modalities
            Number of modalities, M; as many as the charts name if None.
        """
        shape = charts.count, len(charts.therapies)
        examinations = len(charts.modalities) if modalities is None else modalities
        return cls(
            start=np.zeros(shape, np.bool_),
            stop=np.zeros(shape, np.bool_),
            wait_day=np.zeros(charts.count),
            phase=charts.phase.copy(),
            goal=charts.goal.copy(),
            new_line=np.zeros(charts.count, np.bool_),
            next_visit_day=np.full(charts.count, np.inf),
            imaging=np.zeros((charts.count, examinations), np.bool_),
            rule=np.full(charts.count, -1, np.int64),
        )


class Policy(Protocol):
    """Anything that answers charts with orders: a protocol of the catalogue, or a class of the user's own."""

    def decide(self, charts: Charts) -> Orders:
        """Return what is to be done.

        Parameters
        ----------
        charts
            Patients for whom a decision is due.
        """
        ...
