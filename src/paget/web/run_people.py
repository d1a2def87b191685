"""Some patients of a run that a reader can open one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import paget
from paget import catalogue, plots
from paget.errors import SettingError
from paget.model.layout import LAYOUT_VERSION
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
    if not _is_same(cohort):
        return note("The catalogue or the version has changed since, so this patient cannot be simulated again.")
    try:
        return Html(plots.patient_view(cohort, index).html())
    except SettingError as error:
        return note(f"There is no view of this patient: {error.fault}")


def _is_same(cohort: Cohort) -> bool:
    """Return whether a patient who is simulated now is the one of the run."""
    made = cohort.provenance
    is_same_code = (made["paget_version"], made["layout_version"]) == (paget.__version__, LAYOUT_VERSION)
    return is_same_code and bool(made["catalogue_digest"] == catalogue.digest(made["cancer"]))
