"""Figures that show the courses of some patients under treatment; a few are read, however large the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from paget import plots
from paget.plots.response import BASELINE
from paget.web.drawn import drawn
from paget.web.markup import Html, joined
from paget.web.page import note

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.web.run_facts import RunFacts

_MOST: Final = 300
"""Patients whose visits are read."""
_LANES: Final = 30
_LATE: Final = 4
_LEAST: Final = 5
_PATIENT: Final = (
    *("patient", "stage", "diagnosis_age_day", "first_line_age_day", "death_age_day", "last_age_day"),
    "best_response",
)
_TREATMENT: Final = ("patient", "therapy", "line", "phase", "start_age_day", "end_age_day")
_VISIT: Final = ("patient", "age_day", "line", "targets_sum_mm", "response", "new_lesions", "phase", "event")


def courses(facts: RunFacts) -> Html:
    """Return figures of how the disease of some patients answered to treatment."""
    chosen = _chosen(facts)
    if chosen.size < _LEAST:
        return Html("")
    has_baseline = BASELINE in facts.cohort.dataset("visits").schema.names
    wanted = (*_VISIT, BASELINE) if has_baseline else _VISIT
    patients, treatments, visits = (
        facts.some(table, chosen.tolist(), columns).to_pandas()
        for table, columns in (("patients", _PATIENT), ("treatments", _TREATMENT), ("visits", wanted))
    )
    lanes = drawn(
        plots.swimmer(treatments, visits, patients, most=_LANES, title="Courses of patients found at stage IV"),
        "One lane a patient from diagnosis to death, with treatments, responses and progressions",
    )
    changes = plots.tumour_change(visits, line=1)
    if changes.empty:
        return lanes
    best = changes.groupby("patient")["change_percent"].min()
    falls = drawn(
        plots.waterfall(best, title="Best change of the tumours under the first line"),
        "One bar a patient: the best change of the sum of the measured diameters",
    )
    since = (
        "the examination before treatment."
        if has_baseline
        else "the first examination under treatment, so what shrank before it does not show."
    )
    whole = note(
        f"The first {chosen.size:,} patients who were found at stage IV and had a line of therapy; change is told from "
        + since
    )
    return joined(lanes, falls, whole)


def _chosen(facts: RunFacts) -> NDArray[np.int64]:
    had_line = ~np.isnan(facts.column("first_line_age_day"))
    return np.flatnonzero(had_line & (facts.stage == _LATE))[:_MOST]
