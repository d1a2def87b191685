"""Best response of patients from their series of assessments, and response by a marker such as PSA.

Best overall response with and without confirmation follows RECIST 1.1 (Eisenhauer et al. 2009,
doi:10.1016/j.ejca.2008.10.026, table 3). A partial response after a complete one is read as the footnote there
allows: small lesions were still there, and the first was partial too. One assessment that could not be evaluated may
stand between a response and its confirmation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

CONFIRMED_AFTER_DAY: Final = 28.0
"""Least days between a response and its confirmation (four weeks)."""
STABLE_FROM_DAY: Final = 42.0
"""Least days from the start to an assessment that counts as stable disease (six weeks, as many protocols have it)."""
MARKER_FALL: Final = 0.5
MARKER_CONFIRMED_AFTER_DAY: Final = 21.0
MOST_NOT_EVALUABLE: Final = 1


def best_response(
    patient: ArrayLike,
    day: ArrayLike,
    response: ArrayLike,
    *,
    confirmed_after_day: float = CONFIRMED_AFTER_DAY,
    stable_from_day: float = STABLE_FROM_DAY,
) -> pd.DataFrame:
    """Return the best overall response of each patient who was assessed.

    Parameters
    ----------
    patient
        Patient of each assessment, shape (N,), in any order.
    day
        Days since treatment or the trial began, shape (N,).
    response
        Words of `chart.RESPONSES`, shape (N,); those after the first ``PD``, and ``none``, are passed over.
    confirmed_after_day
        Least days between a response and its confirmation.
    stable_from_day
        Day from which stable disease counts as such.

    Returns
    -------
    DataFrame
        Index ``patient``; ``best`` and ``confirmed``, each one of CR, PR, SD, PD and NE; ``response_day`` and
        ``confirmed_day``, the days of the first response and of the first that was confirmed, NaN for none.
    """
    import pandas as pd

    rows = pd.DataFrame({"patient": patient, "day": np.asarray(day, float), "response": np.asarray(response, object)})
    rows = rows[rows["response"].isin(("CR", "PR", "SD", "PD", "NE"))].sort_values(["patient", "day"], kind="stable")
    progress = (rows["response"] == "PD").astype(int)
    rows = rows[progress.groupby(rows["patient"]).cumsum() - progress == 0]
    who, days, word = rows["patient"].to_numpy(), rows["day"].to_numpy(), rows["response"].to_numpy()
    complete, partial, none = word == "CR", word == "PR", word == "NE"
    responded = complete | partial
    surely_complete = _confirmed(who, days, complete, none, confirmed_after_day)
    surely = _confirmed(who, days, responded, none, confirmed_after_day) | surely_complete
    stable = (responded | (word == "SD")) & (days >= stable_from_day)
    flags = {
        "complete": complete,
        "partial": partial,
        "stable": stable,
        "progress": word == "PD",
        "surely_complete": surely_complete,
        "surely": surely,
    }
    had = pd.DataFrame(flags, index=rows["patient"]).groupby(level="patient").any()
    best = pd.DataFrame(
        {
            "best": _first_true(had, {"complete": "CR", "partial": "PR", "stable": "SD", "progress": "PD"}),
            "confirmed": _first_true(had, {"surely_complete": "CR", "surely": "PR", "stable": "SD", "progress": "PD"}),
        },
        index=had.index,
    )
    for name, mask in (("response_day", responded), ("confirmed_day", surely)):
        first = rows[mask].groupby("patient")["day"].min()
        best[name] = first.reindex(best.index).astype(float)
    return best


def marker_response(
    patient: ArrayLike,
    day: ArrayLike,
    value: ArrayLike,
    baseline: ArrayLike,
    *,
    fall: float = MARKER_FALL,
    confirmed_after_day: float = MARKER_CONFIRMED_AFTER_DAY,
) -> pd.DataFrame:
    """Return who responded by a marker: with the defaults, a PSA50 response.

    A fall by half from baseline that a second value at least three weeks later confirms, with none above in between,
    is what the Prostate Cancer Working Groups ask for (Scher et al. 2008, doi:10.1200/JCO.2007.12.4487; kept in 2016).

    Parameters
    ----------
    patient
        Patient of each value, shape (N,), in any order.
    day
        Days since treatment began, shape (N,).
    value, baseline
        The marker, and the same patient's value before treatment, shape (N,), in one unit.
    fall
        Least fall, as a share of the baseline.
    confirmed_after_day
        Least days between a response and its confirmation.

    Returns
    -------
    DataFrame
        Index ``patient``; ``responded`` and ``confirmed``; ``best_change``, the lowest value's change from baseline
        as a share of it; ``confirmed_day``, the day of the first fall that was confirmed, NaN for none.
    """
    import pandas as pd

    change = np.asarray(value, float) / np.asarray(baseline, float) - 1.0
    rows = pd.DataFrame({"patient": patient, "day": np.asarray(day, float), "change": change})
    rows = rows.dropna().sort_values(["patient", "day"], kind="stable")
    fallen = rows["change"].to_numpy() <= -fall
    never = np.zeros(fallen.size, np.bool_)
    rows["responded"] = fallen
    rows["confirmed"] = _confirmed(
        rows["patient"].to_numpy(), rows["day"].to_numpy(), fallen, never, confirmed_after_day
    )
    by = rows.groupby("patient")
    found = pd.DataFrame(
        {"responded": by["responded"].any(), "confirmed": by["confirmed"].any(), "best_change": by["change"].min()}
    )
    found["confirmed_day"] = rows[rows["confirmed"]].groupby("patient")["day"].min().reindex(found.index)
    return found


def _confirmed(
    patient: NDArray[np.int64],
    day: NDArray[np.float64],
    good: NDArray[np.bool_],
    passed_over: NDArray[np.bool_],
    after_day: float,
) -> NDArray[np.bool_]:
    """Return which rows are confirmed by a later good one with only good ones, and few passed over, in between.

    Rows stand in order of patient and day.
    """
    confirmed = np.zeros(good.size, np.bool_)
    open_rows = np.flatnonzero(good)
    skipped = np.zeros(good.size, np.int64)
    lag = 0
    while open_rows.size:
        lag += 1
        open_rows = open_rows[open_rows + lag < good.size]
        later = open_rows + lag
        open_rows = open_rows[(patient[later] == patient[open_rows]) & (good[later] | passed_over[later])]
        later = open_rows + lag
        skipped[open_rows] += passed_over[later]
        done = good[later] & (day[later] - day[open_rows] >= after_day)
        confirmed[open_rows[done]] = True
        open_rows = open_rows[~done & (skipped[open_rows] <= MOST_NOT_EVALUABLE)]
    return confirmed


def _first_true(had: pd.DataFrame, words: dict[str, str]) -> NDArray[np.object_]:
    """Return, for each row, the word of the first column that is true; NE where none is."""
    return np.select([had[name].to_numpy() for name in words], list(words.values()), "NE").astype(object)
