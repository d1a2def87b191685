"""One patient's tumours over time: the same life as in a run, stopped on many days and looked at.

A stop changes no draw, so the life that is looked at is the one that the tables tell of. What is read on a day is what
the engine holds: living cells of each lesion, cells expected to sleep in each organ, and what care knows by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from paget import engine
from paget.cohort.care_plan import STANDARD
from paget.cohort.drawn import recipe_by
from paget.cohort.looking import Looking, Sight
from paget.cohort.mixture import entry_numbers
from paget.cohort.population import draw_patients
from paget.cohort.recipe import N_MAX, check_number
from paget.engine.state import LARGEST, Capacity, has_sparse_memory
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    from paget.cohort.drawn import Parameters
    from paget.cohort.recipe import Recipe
    from paget.cohort.store import Tables
    from paget.model.cancer import Cancer
    from paget.model.protocol import Protocol

POINTS: Final = 160
"""Days looked at, spread evenly over a life with cancer; changes of treatment come in addition."""
AROUND_DAY: Final = 0.5
"""A change of treatment is looked at so long before and after it."""
FOLLOWED_CELLS: Final = 999.5
"""A lesion is followed from a thousand cells on."""


@dataclass(frozen=True)
class Trajectory:
    """What was the case in one patient on T days.

    Parameters
    ----------
    day : ndarray of float64, shape (T,)
        Patient age in days, rising.
    key : ndarray of uint64, shape (L,)
        The lesions.
    cells : ndarray of float64, shape (T, L)
        Living cells; 0 before a lesion holds a thousand cells, from when on it is followed, and after its end. Fewer
        than that are counted at the ends of the engine's intervals, and laid straight (in logarithms) between them.
    asleep_cells : ndarray of float64, shape (T, N_ORGANS)
        Cells expected to sleep in each organ.
    known_day : ndarray of float64, shape (L,)
        Age in days at which an examination first showed the lesion; NaN where none has.
    density_per_cm3 : float
        Cells per cubic centimetre, for diameters.
    """

    day: NDArray[np.float64]
    key: NDArray[np.uint64]
    cells: NDArray[np.float64]
    asleep_cells: NDArray[np.float64]
    known_day: NDArray[np.float64]
    density_per_cm3: float


@dataclass(frozen=True)
class Life:
    """One patient: its rows of every table, its tumours over time, and the entry it belongs to."""

    tables: Tables
    trajectory: Trajectory
    cancer: Cancer
    care: str


def one_life(  # noqa: PLR0913 - one call holds every choice of a run
    cancer: str,
    index: int,
    *,
    seed: int = 1,
    years: float | None = None,
    settings: Mapping[str, str] | None = None,
    screening: str | None = None,
    care: str | Protocol = STANDARD,
    parameters: Parameters = "stated",
    points: int = POINTS,
) -> Life:
    """Simulate one patient of a cohort and look at it over time.

    Parameters
    ----------
    cancer, index, seed, years, settings, care
        As for `one_patient`.
    screening
        Screening programme; None for none.
    parameters
        Where the run's numbers come from; see `paget.simulate`.
    points
        Days looked at besides those around changes of treatment.

    Returns
    -------
    Life
        The patient's tables, as in any run that holds it, and its tumours over time.

    Raises
    ------
    SettingError
        If a number is out of range.
    UnknownEntryError
        If no cancer or group has this name.
    """
    check_number("index", index, 0, N_MAX - 1)
    check_number("points", points, 2, 10_000)
    options: dict[str, Any] = {"seed": seed, "years": years, "settings": settings, "screening": screening, "care": care}
    recipe = recipe_by(parameters, cancer, **options)
    tables = recipe.patients(np.array([index], np.int64))
    return lives(recipe, {index: tables}, points=points)[index]


def lives(recipe: Recipe, tables: Mapping[int, Tables], *, points: int = POINTS) -> dict[int, Life]:
    """Look over time at patients whose tables there are already.

    Parameters
    ----------
    recipe
        The run that they belong to.
    tables
        The rows of each patient.
    points
        Days looked at besides those around changes of treatment.

    Returns
    -------
    dict
        Patient to life. If the tables are of another run, the lives end on other days than the tables say.
    """
    days = {index: _days(rows, points) for index, rows in tables.items()}
    groups: dict[tuple[int, int], list[int]] = {}
    recipes = {index: recipe.of_patient(index) for index in tables}
    for index, own in recipes.items():
        groups.setdefault((id(own), _entry(own, index)), []).append(index)
    found: dict[int, Life] = {}
    for (_, entry), mine in groups.items():
        own = recipes[mine[0]]
        seen = _looked_at(own, entry, mine, [days[index] for index in mine])
        for index, each in zip(mine, seen, strict=True):
            found[index] = Life(tables[index], each, own.members[entry][0], own.care)
    return found


def _looked_at(
    recipe: Recipe, entry: int, indices: Sequence[int], days: Sequence[NDArray[np.float64]]
) -> list[Trajectory]:
    """Return patients' tumours on the days asked for that each lived to see, and on the last day.

    Parameters
    ----------
    recipe
        The run that the patients belong to.
    entry
        Which of its cancers they have.
    indices
        Which patients.
    days
        Patient ages in days, rising, for each.
    """
    program, eyes, plan = recipe.programs[entry], recipe.eyes[entry], recipe.plans[entry]
    who = draw_patients(program, eyes.cancer, recipe.population, recipe.seed, np.array(indices, np.int64))
    until = np.full(who.size, np.inf) if recipe.years is None else who["onset_day"] + recipe.years * YEAR_DAY
    room = LARGEST if has_sparse_memory() else Capacity()
    while True:
        started = engine.start(program, recipe.seed, who, capacity=room)
        search = Looking(program, eyes, recipe.seed, started, plan, days=days)
        full = search.run(until)
        if room.is_last or not full.any():
            search.look(np.arange(who.size))
            return [_trajectory(sight, eyes.cancer.growth.cell_density.value) for sight in search.sights]
        room = room.larger()


def _trajectory(sight: Sight, density_per_cm3: float) -> Trajectory:
    """Return what was seen of a patient as arrays."""
    day = np.array(sight.day)
    keys = np.array(sorted({key for sizes in sight.sizes for key in sizes}), np.uint64)
    cells = np.zeros((day.size, keys.size))
    for row, sizes in zip(cells, sight.sizes, strict=True):
        places = np.searchsorted(keys, np.fromiter(sizes.keys(), np.uint64, len(sizes)))
        row[places] = np.fromiter(sizes.values(), np.float64, len(sizes))
    # Few cells are counted at the ends of the engine's intervals alone, so that within one they stand still.
    cells[~np.logical_or.accumulate(cells >= FOLLOWED_CELLS, axis=0) | (cells < 1.0)] = 0.0
    ever = cells.any(axis=0)
    for column in np.flatnonzero(ever):
        cells[:, column] = _sloped(day, cells[:, column])
    return Trajectory(
        day=day,
        key=keys[ever],
        cells=cells[:, ever],
        asleep_cells=np.array(sight.asleep),
        known_day=np.array([sight.first.get(key, np.nan) for key in keys[ever].tolist()]),
        density_per_cm3=density_per_cm3,
    )


def _entry(recipe: Recipe, index: int) -> int:
    weights = [weight for _, weight in recipe.members]
    return int(entry_numbers(recipe.seed, np.array([index], np.int64), weights)[0])


def _days(tables: Tables, points: int) -> NDArray[np.float64]:
    """Return days spread over the life with cancer, and those just before and after something was done."""
    row = tables.patients.to_pylist()[0]
    first, last = float(row["onset_age_day"]), float(row["last_age_day"])
    done = [row["diagnosis_age_day"]]
    for treatment in tables.treatments.to_pylist():
        done += [treatment["start_age_day"], treatment["end_age_day"]]
    known = np.array([day for day in done if day is not None], np.float64)
    days = np.concatenate([np.linspace(first, last, points), known - AROUND_DAY, known + AROUND_DAY])
    days = np.unique(np.round(days, 2))
    days = days[(days >= first) & (days < last)]
    return days[np.diff(days, prepend=-np.inf) > AROUND_DAY / 2.0]


def _sloped(day: NDArray[np.float64], cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a lesion's cells with straight logarithms between days on which few cells were counted anew."""
    stands = (cells > 0.0) & (cells < FOLLOWED_CELLS)
    stands[1:] &= cells[1:] == cells[:-1]
    stands[0] = False
    known = np.flatnonzero((cells > 0.0) & ~stands)
    if not stands.any() or known.size == 0:
        return cells
    sloped = np.exp(np.interp(day, day[known], np.log(cells[known])))
    return np.where(stands, sloped, cells)
