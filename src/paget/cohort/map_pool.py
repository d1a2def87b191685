"""Simulated patients as they stand on the day of their diagnosis: what a patient's record is compared with.

They are worked up as in any run, and each is left on the day on which a tumour was found, with all lesions that there
are. Patients in whom nothing is found in life are left out: no record is theirs. Lesions below a thousand cells, a
tenth of a millimetre wide, are left out too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from paget.cohort.mixture import entry_numbers
from paget.model import layout
from paget.model.calendar import YEAR_DAY
from paget.model.draws import Floats
from paget.model.quantity import Spread
from paget.model.truth import Truth

if TYPE_CHECKING:
    from paget.cohort.diagnosis import Eyes
    from paget.cohort.recipe import Recipe
    from paget.engine import Capacity, Program
    from paget.model.cancer import Cancer
    from paget.model.population import Population

SMALLEST_CELLS: Final = 1e3
AGE_SPREAD_YEAR: Final = 8.0
"""Width of the ages at which patients who are to resemble one are simulated, wider than `mapping.AGE_YEAR`."""
CHUNK: Final = 128


@dataclass(frozen=True)
class Sizes:
    """Lesions of P patients in one place: L of them, by patient, each one's largest first.

    Parameters
    ----------
    patients
        Number of patients.
    row : ndarray of int64, shape (L,)
        Whose each lesion is.
    diameter_mm, growth_per_day : ndarray of float64, shape (L,)
        Diameters, and net growth of the cells.
    """

    patients: int
    row: NDArray[np.int64]
    diameter_mm: Floats
    growth_per_day: Floats

    @classmethod
    def of(cls, patients: int, row: NDArray[np.int64], diameter_mm: Floats, growth_per_day: Floats) -> Sizes:
        """Return lesions in their order; see the class."""
        order = np.lexsort((-diameter_mm, row))
        return cls(patients, row[order], diameter_mm[order], growth_per_day[order])

    @cached_property
    def first(self) -> NDArray[np.bool_]:
        """Which lesions are the largest of their patient, shape (L,)."""
        return np.concatenate([np.ones(min(1, self.row.size), bool), self.row[1:] != self.row[:-1]])

    def largest(self, values: Floats) -> Floats:
        """Return what belongs to each patient's largest lesion, shape (P,); 0 where there is none.

        Parameters
        ----------
        values : ndarray, shape (L,)
            Values of the lesions.
        """
        out = np.zeros(self.patients)
        out[self.row[self.first]] = values[self.first]
        return out

    def total(self, values: Floats) -> Floats:
        """Return sums over each patient's lesions, shape (P,).

        Parameters
        ----------
        values : ndarray, shape (L,)
            Values of the lesions.
        """
        return np.bincount(self.row, values, self.patients).astype(np.float64)


@dataclass(frozen=True)
class Part:
    """P patients of one cancer on the days of their diagnoses.

    Parameters
    ----------
    cancer
        The cancer.
    patient : ndarray of int64, shape (P,)
        Indices.
    sex : ndarray of int64, shape (P,)
        Codes of `layout.SEXES`.
    age_year : ndarray of float64, shape (P,)
        Age.
    primary : Sizes
        The primary.
    organs : tuple of Sizes
        Metastases by organ, in the order of `layout.ORGANS`.
    row : ndarray of int64, shape (L,)
        Whose each lesion is, the primaries among them.
    cells, birth_per_day, death_per_day : ndarray of float64, shape (L,)
        Living cells of each lesion, and their rates.
    """

    cancer: Cancer
    patient: NDArray[np.int64]
    sex: NDArray[np.int64]
    age_year: Floats
    primary: Sizes
    organs: tuple[Sizes, ...]
    row: NDArray[np.int64]
    cells: Floats
    birth_per_day: Floats
    death_per_day: Floats

    @classmethod
    def of(cls, cancer: Cancer, truths: Iterable[Truth]) -> Part:
        """Return the patients of some blocks, in their order.

        Parameters
        ----------
        cancer
            The cancer.
        truths
            What is the case with them.
        """
        blocks = list(truths) or [_nobody()]
        first = np.concatenate([[0], np.cumsum([block.patient.size for block in blocks])])
        at = [np.nonzero(block.cells >= SMALLEST_CELLS) for block in blocks]

        def lesions(name: str) -> NDArray[np.generic]:
            return np.concatenate([getattr(block, name)[where] for block, where in zip(blocks, at, strict=True)])

        row = np.concatenate([start + where[0] for start, where in zip(first[:-1], at, strict=True)])
        birth, death = (np.asarray(lesions(name), np.float64) for name in ("birth_per_day", "death_per_day"))
        diameter, growth = np.asarray(lesions("diameter_mm"), np.float64), birth - death
        is_primary, organ = np.asarray(lesions("is_primary"), bool), np.asarray(lesions("organ"), np.int64)
        patients = int(first[-1])

        def sizes(which: NDArray[np.bool_]) -> Sizes:
            return Sizes.of(patients, row[which], diameter[which], growth[which])

        return cls(
            cancer=cancer,
            patient=np.concatenate([block.patient for block in blocks]),
            sex=np.concatenate([block.sex for block in blocks]),
            age_year=np.concatenate([block.day for block in blocks]) / YEAR_DAY,
            primary=sizes(is_primary),
            organs=tuple(sizes(~is_primary & (organ == code)) for code in range(layout.N_ORGANS)),
            row=row,
            cells=np.asarray(lesions("cells"), np.float64),
            birth_per_day=birth,
            death_per_day=death,
        )

    @property
    def patients(self) -> int:
        """Number of patients."""
        return int(self.sex.size)


@dataclass(frozen=True)
class Pool:
    """Simulated patients to compare records with.

    Parameters
    ----------
    simulated
        How many were simulated, with those in whom nothing was found.
    seed
        Seed of their draws.
    parts
        Those who were found, by cancer.
    """

    simulated: int
    seed: int
    parts: tuple[Part, ...]

    @property
    def diagnosed(self) -> int:
        """Number of patients who were found."""
        return sum(part.patients for part in self.parts)


def simulate_pool(
    recipe: Recipe,
    patients: int,
    *,
    sex: str | None = None,
    age_year: float | None = None,
    workers: int = 1,
    heard: Callable[[int], None] = lambda _: None,
) -> Pool:
    """Simulate patients up to their diagnoses.

    Parameters
    ----------
    recipe
        Cancer, seed and work-up.
    patients
        How many.
    sex, age_year
        The sex that all are to have, and the age around which they are to be found; the cancer's own if None.
    workers
        Threads.
    heard
        Is told how many more are done.

    Returns
    -------
    Pool
        The same whatever the number of workers.
    """
    indices = np.arange(patients, dtype=np.int64)
    entries = entry_numbers(recipe.seed, indices, [weight for _, weight in recipe.members])
    parts: list[Part] = []
    with ThreadPoolExecutor(workers, thread_name_prefix="paget-map") as threads:
        for number, (cancer, _) in enumerate(recipe.members):
            own, program, eyes = indices[entries == number], recipe.programs[number], recipe.watched.eyes(cancer)
            someone = in_people_like(cancer, sex, age_year)

            def block(
                these: NDArray[np.int64],
                program: Program = program,
                eyes: Eyes = eyes,
                someone: Cancer = someone,
            ) -> list[Truth]:
                done = list(_block(program, eyes, someone, recipe.population, recipe.seed, these))
                heard(these.size)
                return done

            blocks = threads.map(block, [own[k : k + CHUNK] for k in range(0, own.size, CHUNK)])
            parts.append(Part.of(cancer, chain.from_iterable(blocks)))
    return Pool(simulated=patients, seed=recipe.seed, parts=tuple(parts))


def _block(
    program: Program, eyes: Eyes, someone: Cancer, population: Population, seed: int, indices: NDArray[np.int64]
) -> Iterator[Truth]:
    from paget.cohort.population import draw_patients

    return at_diagnosis(program, eyes, seed, draw_patients(program, someone, population, seed, indices))


def at_diagnosis(
    program: Program, eyes: Eyes, seed: int, who: NDArray[np.void], room: Capacity | None = None
) -> Iterator[Truth]:
    """Follow a few patients until a tumour is found, and return what is the case on that day.

    Parameters
    ----------
    program
        The compiled cancer.
    eyes
        How they are looked for.
    seed
        The run's seed.
    who : ndarray of layout.PATIENT
        The patients.
    room
        Room per patient; those who need more follow in blocks of their own.

    Yields
    ------
    Truth
        Of those who were found.
    """
    from paget import engine
    from paget.cohort.search import Search
    from paget.cohort.seen import truth_of

    search = Search(program, eyes, seed, engine.start(program, seed, who, capacity=room))
    full = search.run(until_found=True)
    found = np.flatnonzero(~np.isnan(search.known.day) & ~full)
    if found.size:
        looked = engine.look(program, search.state, found)
        yield truth_of(program, looked, eyes.cancer.growth.cell_density.value)
    if full.any():
        yield from at_diagnosis(program, eyes, seed, who[full], search.state.capacity.larger())


def in_people_like(cancer: Cancer, sex: str | None, age_year: float | None) -> Cancer:
    """Return the cancer in people of one sex, around one age.

    Parameters
    ----------
    cancer
        The cancer.
    sex, age_year
        As for `simulate_pool`.
    """
    told = cancer.population
    changed: dict[str, object] = {}
    if sex is not None:
        share = float(layout.SEXES.index(sex) == layout.SEXES.index("female"))
        changed["female_share"] = told.female_share.model_copy(update={"value": share})
    if age_year is not None:
        around = {"value": age_year, "spread": Spread(law="normal", sigma=AGE_SPREAD_YEAR)}
        changed["age_at_diagnosis"] = told.age_at_diagnosis.model_copy(update=around)
    return cancer.model_copy(update={"population": told.model_copy(update=changed)})


def _nobody() -> Truth:
    """Return a block without patients."""
    whole, real = np.zeros((0, 1), np.int64), np.zeros((0, 1))
    return Truth(
        patient=whole[:, 0],
        sex=whole[:, 0],
        day=real[:, 0],
        key=whole.astype(np.uint64),
        organ=whole,
        is_primary=whole.astype(bool),
        cells=real,
        diameter_mm=real,
        genotype=whole,
        birth_per_day=real,
        death_per_day=real,
    )
