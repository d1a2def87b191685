"""Some patients of a run that a reader can open one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paget.errors import RunError
from paget.web.markup import Html, folded, joined, tag
from paget.web.page import note
from paget.web.telling import telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paget.cohort.cohort import Cohort
    from paget.web.run_facts import RunFacts


def people(facts: RunFacts) -> Html:
    """Return a few patients, each folded until it is opened."""
    chosen = telling(facts)
    if not chosen:
        return tag("p", "Nobody was diagnosed, so there is no course to show.")
    told = tag("p", "Every patient of a run can be opened. These show what means and medians hide:")
    views = views_of(facts.cohort, [each.index for each in chosen])
    folds = [
        folded(f"Patient {each.index:,}: {each.why}", views[each.index], is_open=place == 0)
        for place, each in enumerate(chosen)
    ]
    any_other = tag("p", "Any other: ", tag("code", f"paget report {facts.cohort.path.name} --patient I"))
    return joined(told, folds, any_other)


def views_of(cohort: Cohort, indices: Sequence[int]) -> dict[int, Html]:
    """Return the interactive views of some patients, or why there are none.

    Parameters
    ----------
    cohort
        The run.
    indices
        Which patients.

    Returns
    -------
    dict
        Patient to markup.
    """
    from paget.cohort.relived import lives_of
    from paget.plots.patient_data import patient_data
    from paget.plots.patient_page import PatientView

    try:
        lives = lives_of(cohort, indices)
    except RunError as error:
        return dict.fromkeys(indices, note(f"There is no view of this patient. {error.fault}"))
    return {index: Html(PatientView(patient_data(life)).html()) for index, life in lives.items()}
