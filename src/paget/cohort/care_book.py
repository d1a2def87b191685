"""The book of a block under care: what is known of each patient, what was decided, and what it has cost so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from paget.model import layout
from paget.model.chart import GOALS, PHASES, RESPONSES
from paget.observation.symptoms import N_PLACES

MOST_KNOWN: Final = 8
"""Metastases that are kept by themselves, the largest first, for local treatment to aim at."""
NO_RESPONSE: Final = RESPONSES.index("none")


@dataclass
class Book:
    """Arrays over the P patients of a block; whoever is not diagnosed has nothing in it yet.

    Days are patient age, NaN where it never came to that. `utility` is the worth of a day since `since_day`.
    """

    enrolled: np.ndarray
    phase: np.ndarray
    goal: np.ndarray
    line: np.ndarray
    response: np.ndarray
    best: np.ndarray
    best_overall: np.ndarray
    sites: np.ndarray
    metastases: np.ndarray
    primary_mm: np.ndarray
    primary_in_place: np.ndarray
    tested: np.ndarray
    carries: np.ndarray
    fitness: np.ndarray
    lesions: np.ndarray
    lesion_organs: np.ndarray
    visit_day: np.ndarray
    visit_imaging: np.ndarray
    symptom_burden: np.ndarray
    episode: np.ndarray
    relieved: np.ndarray
    utility: np.ndarray
    since_day: np.ndarray
    qaly_day: np.ndarray
    home_lost_day: np.ndarray
    treated_day: np.ndarray
    worst_grade: np.ndarray
    grade_since: np.ndarray
    first_line_day: np.ndarray
    progression_day: np.ndarray
    relapse_day: np.ndarray
    response_day: np.ndarray
    skeletal_day: np.ndarray
    visits: list[dict[str, np.ndarray]] = field(default_factory=list)

    @classmethod
    def empty(cls, patients: int, tests: int, modalities: int) -> Book:
        """Return the book of patients of whom nothing is known.

        Parameters
        ----------
        patients
            P.
        tests
            Alterations and biomarkers that are tested.
        modalities
            Examinations that can be ordered.
        """

        def whole(start: int = 0) -> np.ndarray:
            return np.full(patients, start, np.int64)

        def days() -> np.ndarray:
            return np.full(patients, np.nan)

        return cls(
            enrolled=np.zeros(patients, bool),
            phase=whole(PHASES.index("none")),
            goal=whole(GOALS.index("cure")),
            line=whole(),
            response=whole(NO_RESPONSE),
            best=whole(NO_RESPONSE),
            best_overall=whole(NO_RESPONSE),
            sites=np.zeros((patients, layout.N_ORGANS), bool),
            metastases=whole(),
            primary_mm=days(),
            primary_in_place=np.ones(patients, bool),
            tested=np.full((patients, tests), -1, np.int8),
            carries=np.zeros((patients, tests), bool),
            fitness=whole(),
            lesions=np.zeros((patients, MOST_KNOWN), np.uint64),
            lesion_organs=np.zeros((patients, MOST_KNOWN), np.int64),
            visit_day=np.full(patients, np.inf),
            visit_imaging=np.zeros((patients, modalities), bool),
            symptom_burden=np.zeros((patients, N_PLACES)),
            episode=np.zeros((patients, N_PLACES), np.int64),
            relieved=np.zeros((patients, N_PLACES)),
            utility=np.ones(patients),
            since_day=days(),
            qaly_day=np.zeros(patients),
            home_lost_day=np.zeros(patients),
            treated_day=np.zeros(patients),
            worst_grade=whole(),
            grade_since=whole(),
            first_line_day=days(),
            progression_day=days(),
            relapse_day=days(),
            response_day=days(),
            skeletal_day=days(),
        )

    def accrue(self, who: np.ndarray, day: np.ndarray) -> None:
        """Add the worth of the days since each patient was last seen.

        Parameters
        ----------
        who
            Rows of patients, K of them.
        day
            Patient ages in days, shape (K,).
        """
        span = np.maximum(0.0, day - self.since_day[who])
        self.qaly_day[who] += np.nan_to_num(span * self.utility[who])
        self.since_day[who] = day

    def log_visit(
        self,
        who: np.ndarray,
        day: np.ndarray,
        event: np.ndarray,
        response: np.ndarray,
        measured: np.ndarray,
        baseline_mm: np.ndarray,
        marker: np.ndarray,
        rule: np.ndarray,
    ) -> None:
        """Keep one row for each patient seen.

        Parameters
        ----------
        who, day, event, response, rule
            Rows of patients, ages in days, codes of `EVENTS` and `RESPONSES`, and the rule that decided.
        measured : ndarray of float64, shape (2, K)
            Sum of target lesions (mm) and whether there are new ones; NaN where nothing was measured.
        baseline_mm : ndarray of float64, shape (K,)
            Sum of the targets when they were chosen, at this visit or before (mm); NaN where there are none.
        marker : ndarray of float64, shape (K,)
            Level of the marker in blood; NaN where none was taken.
        """
        self.visits.append(
            {
                "row": who,
                "day": day,
                "event": event,
                "fitness": self.fitness[who],
                "sum_mm": measured[0],
                "baseline_mm": baseline_mm,
                "response": response,
                "new_lesions": measured[1] == 1.0,
                "phase": self.phase[who],
                "goal": self.goal[who],
                "line": self.line[who],
                "marker": marker,
                "rule": rule,
            }
        )
