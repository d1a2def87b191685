"""Which few patients of a run to show: one usual course, and those that tell something which means hide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.model.calendar import YEAR_DAY
from paget.web import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from paget.web.run_facts import RunFacts

_MOST_LESIONS: Final = 120
"""A patient with more lesions makes a page heavy."""
_RESPONDED: Final = ("CR", "PR")
_LATE: Final = 4
_LATER: Final = 0.9


@dataclass(frozen=True)
class Telling:
    """A patient worth opening.

    Parameters
    ----------
    index
        Which patient of the run.
    why
        What this course shows, in a few words.
    """

    index: int
    why: str


def telling(facts: RunFacts) -> list[Telling]:
    """Return some patients worth opening, none twice.

    Parameters
    ----------
    facts
        The run.

    Returns
    -------
    list of Telling
        Up to four; empty where nobody was diagnosed.
    """
    shown = facts.is_diagnosed & (facts.column("metastases_established") <= _MOST_LESIONS)
    chosen: list[Telling] = []
    for pick in (_usual, _late_relapse, _responder, _widest):
        rest = shown.copy()
        rest[[each.index for each in chosen]] = False
        found = pick(facts, rest)
        if found is not None:
            chosen.append(found)
    return chosen


def _usual(facts: RunFacts, shown: NDArray[np.bool_]) -> Telling | None:
    """Return one who had metastases, died of the most frequent cause, and is near the medians of age and survival."""
    own = shown & (facts.column("metastases") > 0) & ~np.isin(facts.cause, ("alive", "other"))
    if not own.any():
        return None
    names, counts = np.unique(facts.cause[own], return_counts=True)
    mine = own & (facts.cause == names[np.argmax(counts)])
    lived = facts.lived_day
    best = _least(mine, _off(lived, mine) + _off(facts.column("diagnosis_age_day"), mine))
    return Telling(best, f"a usual course: {words.months(lived[best] * 12.0 / YEAR_DAY)} from diagnosis to death")


def _late_relapse(facts: RunFacts, shown: NDArray[np.bool_]) -> Telling | None:
    """Return whose relapse came late; without care, whose metastases took long to be found."""
    if facts.is_treated:
        delay = facts.column("relapse_age_day") - facts.column("diagnosis_age_day")
        mine = shown & ~np.isnan(delay)
        words_ = "relapse {} years after diagnosis"
    else:
        delay = facts.column("diagnosis_age_day") - facts.column("first_distant_spread_age_day")
        mine = shown & (delay > 0.0) & (facts.column("metastases") > 0)
        words_ = "spread {} years before anybody knew"
    if not mine.any():
        return None
    # The very latest is an oddity; one in ten relapses later than this patient.
    best = _least(mine, np.abs(delay - float(np.quantile(delay[mine], _LATER))))
    return Telling(best, words_.format(f"{delay[best] / YEAR_DAY:.1f}"))


def _responder(facts: RunFacts, shown: NDArray[np.bool_]) -> Telling | None:
    """Return who lived longest with stage IV after a response to treatment."""
    if not facts.is_treated:
        return None
    best_response = np.array([str(each) for each in facts.patients["best_response"].to_pylist()])
    mine = shown & (facts.stage == _LATE) & np.isin(best_response, _RESPONDED) & (facts.cause != "other")
    if not mine.any():
        return None
    best = _least(mine, -facts.lived_day)
    return Telling(
        best, f"found at stage IV, responded to treatment, lived {facts.lived_day[best] / YEAR_DAY:.1f} years"
    )


def _widest(facts: RunFacts, shown: NDArray[np.bool_]) -> Telling | None:
    """Return who had metastases in most organs."""
    sites = facts.column("sites")
    mine = shown & (sites > 1)
    if not mine.any():
        return None
    best = _least(mine, -sites)
    return Telling(best, f"metastases in {sites[best]:.0f} organs at the end")


def _off(values: NDArray[np.float64], which: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how far values are from the median of the chosen patients, in widths of their middle half."""
    low, middle, high = np.quantile(values[which], (0.25, 0.5, 0.75))
    distance: NDArray[np.float64] = np.abs(values - middle) / max(high - low, 1.0)
    return distance


def _least(which: NDArray[np.bool_], values: NDArray[np.float64]) -> int:
    """Return the first of the chosen patients whose value is least."""
    return int(np.argmin(np.where(which & ~np.isnan(values), values, np.inf)))
