"""Some patients of a run that a reader can open one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paget import plots
from paget.errors import RunError
from paget.web.markup import Html, folded, joined, tag
from paget.web.page import note
from paget.web.telling import telling

if TYPE_CHECKING:
    from paget.cohort.cohort import Cohort
    from paget.web.run_facts import RunFacts


def people(facts: RunFacts) -> Html:
    """Return a few patients, each folded until it is opened."""
    chosen = telling(facts)
    if not chosen:
        return tag("p", "Nobody was diagnosed, so there is no course to show.")
    told = tag("p", "Every patient of a run can be opened. These show what means and medians hide:")
    views = [
        folded(f"Patient {each.index:,}: {each.why}", view_of(facts.cohort, each.index), is_open=place == 0)
        for place, each in enumerate(chosen)
    ]
    any_other = tag("p", "Any other: ", tag("code", f"paget report {facts.cohort.path.name} --patient I"))
    return joined(told, views, any_other)


def view_of(cohort: Cohort, index: int) -> Html:
    """Return one patient's interactive view, or why there is none.

    Parameters
    ----------
    cohort
        The run.
    index
        Which patient.
    """
    try:
        return Html(plots.patient_view(cohort, index).html())
    except RunError as error:
        return note(f"There is no view of this patient. {error.fault}")
