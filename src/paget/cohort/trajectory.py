"""One patient's tumours over time: the same life as in a run, stopped on many days and looked at.

A stop changes no draw, so the life that is looked at is the one that the tables tell of. What is read on a day is what
the engine holds: living cells of each lesion, cells expected to sleep in each organ, and what care knows by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from paget import engine
from paget.cohort.care_plan import STANDARD
from paget.cohort.drawn import recipe_by
from paget.cohort.mixture import entry_numbers
from paget.cohort.population import draw_patients
from paget.cohort.recipe import N_MAX, check_number
from paget.cohort.search import CLOCK, Search
from paget.engine.state import LARGEST, Capacity, has_sparse_memory
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.observation.symptoms import N_PLACES

if TYPE_CHECKING:
    from paget.cohort.diagnosis import Eyes
    from paget.cohort.drawn import Parameters
    from paget.cohort.recipe import Recipe
    from paget.cohort.store import Tables
    from paget.engine import Program, State
    from paget.model.cancer import Cancer
    from paget.model.protocol import Protocol

LOOK: Final = 99
"""Id of the watch by which the engine is stopped to be looked at; those of examinations and symptoms differ."""
POINTS: Final = 160
"""Days looked at, spread evenly over a life with cancer; changes of treatment come in addition."""
AROUND_DAY: Final = 0.5
"""A change of treatment is looked at so long before and after it."""
FOLLOWED_CELLS: Final = 999.5
"""A lesion is followed from a thousand cells on."""
ALIVE: Final = 1


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
    recipe = recipe_by(parameters, cancer, **options).of_patient(index)
    tables = recipe.patients(np.array([index], np.int64))
    number = _entry(recipe, index)
    return Life(tables, trajectory(recipe, index, _days(tables, points)), recipe.members[number][0], recipe.care)


def trajectory(recipe: Recipe, index: int, day: NDArray[np.float64]) -> Trajectory:
    """Return a patient's tumours on the days asked for that it lived to see, and on its last day.

    Parameters
    ----------
    recipe
        The run that the patient belongs to.
    index
        Which patient.
    day : ndarray of float64
        Patient age in days, rising.
    """
    number = _entry(recipe, index)
    program, eyes, plan = recipe.programs[number], recipe.eyes[number], recipe.plans[number]
    who = draw_patients(program, eyes.cancer, recipe.population, recipe.seed, np.array([index], np.int64))
    until = np.full(1, np.inf) if recipe.years is None else who["onset_day"] + recipe.years * YEAR_DAY
    room = LARGEST if has_sparse_memory() else Capacity()
    while True:
        started = engine.start(program, recipe.seed, who, capacity=room)
        search = _Looking(program, eyes, recipe.seed, started, plan, day=day)
        full = bool(search.run(until)[0])
        if room.is_last or not full:
            search.look()
            return search.result()
        room = room.larger()


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


class _Looking(Search):
    """A search for one patient's cancer that is stopped on certain days to be looked at."""

    def __init__(
        self, program: Program, eyes: Eyes, seed: int, state: State, plan: object, *, day: NDArray[np.float64]
    ) -> None:
        self._day, self._next = day, 0
        self._seen: list[tuple[float, dict[int, float], NDArray[np.float64]]] = []
        self._first: dict[int, float] = {}
        super().__init__(program, eyes, seed, state, plan)  # type: ignore[arg-type]
        self._column = self.state.watch.shape[1] - N_PLACES - 1
        self._arm()

    def _watches(self, state: State) -> np.ndarray:
        rows = super()._watches(state)
        own = np.zeros((1, 1), layout.WATCH)
        own["kind"], own["id"], own["at_day"] = CLOCK, LOOK, np.inf
        # Those of symptoms stay the last: they are found by their place from the end.
        return np.concatenate([rows[:, :-N_PLACES], own, rows[:, -N_PLACES:]], axis=1)

    def answer(self, called: np.ndarray, watch_id: np.ndarray) -> None:
        if watch_id[0] == LOOK:
            self.look()
            self._next += 1
        else:
            super().answer(called, watch_id)
            self._learn()
        self._arm()

    def _arm(self) -> None:
        """Set the next day; whoever is found has the watches of examinations switched off, this one among them."""
        now = float(self.state.course["now_day"][0])
        while self._next < self._day.size and self._day[self._next] < now:
            self._next += 1
        over = self._next >= self._day.size
        self.state.watch["at_day"][0, self._column] = np.inf if over else self._day[self._next]
        self.state.watch["done"][0, self._column] = over

    def _learn(self) -> None:
        """Note the lesions that are known now for the first time."""
        now = float(self.state.course["now_day"][0])
        keys = {int(key) for _, audit in self.known.findings for key in audit.lesion}
        if self.care is not None:
            keys |= {int(key) for key in self.care.ward.tracked.key[0]}
        for key in keys - self._first.keys() - {0}:
            self._first[key] = now

    def look(self) -> None:
        """Note what is the case now."""
        course = self.state.course[0]
        seen = engine.look(self.program, self.state, np.zeros(1, np.int64))
        lesions = seen.lesion[0, : course["lesions"]]
        there = (lesions["status"] == ALIVE) & (lesions["since_day"] <= course["now_day"])
        sizes = zip(lesions["key"][there].tolist(), np.exp(lesions["log_cells"][there]).tolist(), strict=True)
        asleep = self.state.pools["asleep"][0, : course["pools"]].sum(axis=0)
        self._seen.append((float(course["now_day"]), dict(sizes), asleep))

    def result(self) -> Trajectory:
        """Return what was seen."""
        day = np.array([each for each, _, _ in self._seen])
        keys = np.array(sorted({key for _, sizes, _ in self._seen for key in sizes}), np.uint64)
        sizes = [[seen.get(key, 0.0) for key in keys.tolist()] for _, seen, _ in self._seen]
        cells = np.array(sizes, np.float64).reshape(len(self._seen), keys.size)
        # Few cells are counted at the ends of the engine's intervals alone, so that within one they stand still.
        cells[~np.logical_or.accumulate(cells >= FOLLOWED_CELLS, axis=0) | (cells < 1.0)] = 0.0
        ever = cells.any(axis=0)
        for column in np.flatnonzero(ever):
            cells[:, column] = _sloped(day, cells[:, column])
        return Trajectory(
            day=day,
            key=keys[ever],
            cells=cells[:, ever],
            asleep_cells=np.array([asleep for _, _, asleep in self._seen]),
            known_day=np.array([self._first.get(key, np.nan) for key in keys[ever].tolist()]),
            density_per_cm3=self.eyes.cancer.growth.cell_density.value,
        )
