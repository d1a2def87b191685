"""Clone sizes over one patient's life, for a fish plot: the patient is simulated up to each of some days.

A patient of a shorter run is the same patient, so that what is seen on a day is what was there. Within one interval of
the engine (30 to 365 days, by cancer) young deposits may be founded some days earlier or later than in the whole life.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from paget.cohort.care_plan import STANDARD
from paget.cohort.one import one_patient
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

POINTS: Final = 30
_BEGINS: Final = 0.1
_AROUND_DAY: Final = (-1.0, 30.0, 90.0)


def clone_history(
    cancer: str,
    index: int,
    *,
    seed: int = 1,
    settings: Mapping[str, str] | None = None,
    care: str = STANDARD,
    points: int = POINTS,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one patient's clones and their sizes over time, as `fish` takes them.

    Parameters
    ----------
    cancer, index, seed, settings, care
        As for `paget.cohort.one.one_patient`.
    points
        Days looked at, besides those around changes of treatment. Each takes a good part of a second.

    Returns
    -------
    clones : DataFrame
        Every clone that was there on one of the days, as in table `clones`.
    sizes : DataFrame
        Cells: one row a day, the index being patient age in days; one column a clone.

    Raises
    ------
    SettingError
        If a number is out of range.
    UnknownEntryError
        If no cancer or group has this name.
    """
    import pandas as pd

    whole = one_patient(cancer, index, seed=seed, settings=settings, care=care)
    row = whole.patients.to_pylist()[0]
    onset, last = float(row["onset_age_day"]), float(row["last_age_day"])
    found, sizes = [whole.clones.to_pandas()], {}
    for day in _days(onset, last, whole.treatments["start_age_day"].to_numpy(), points):
        years = (day - onset) / YEAR_DAY
        tables = one_patient(cancer, index, seed=seed, settings=settings, care=care, years=years)
        seen = tables.clones.to_pandas()
        found.append(seen)
        sizes[float(day)] = seen.set_index("clone")["cells"]
    sizes[last] = found[0].set_index("clone")["cells"]
    clones = pd.concat(found, ignore_index=True).drop_duplicates("clone")
    return clones.reset_index(drop=True), pd.DataFrame(sizes).T.fillna(0.0)


def _days(onset: float, last: float, changes: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    """Return days spread over the life with cancer, and some round each change of treatment, the last day left out."""
    first = onset + _BEGINS * (last - onset)
    around = np.unique(np.round(changes, 0))[:, None] + np.array(_AROUND_DAY)
    days = np.unique(np.concatenate([np.linspace(first, last, points)[:-1], around.reshape(-1)]))
    days = days[(days >= first) & (days < last - 1.0)]
    return days[np.diff(days, prepend=-np.inf) > 1.0]
