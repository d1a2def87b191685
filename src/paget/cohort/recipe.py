"""Everything that decides a run's tables, in one object that can be sent to another process.

Settings, entries and the horizon are checked here, before any folder is made: a recipe that exists can run.
"""

from __future__ import annotations

import math
import pickle
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

import paget
from paget.cohort.care_plan import STANDARD, CarePlan, Planner, make_plan, name_of, origin_of
from paget.cohort.mixture import entry_numbers
from paget.cohort.provenance import Identity
from paget.cohort.store import BLOCK_PATIENTS, TABLES, JoinedTables, Tables, joined
from paget.cohort.watching import Watching, watching
from paget.errors import RunError, SettingError
from paget.model.layout import LAYOUT_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from paget.cohort.diagnosis import Eyes
    from paget.engine.compile import Program
    from paget.model.body import Body
    from paget.model.cancer import Cancer
    from paget.model.chart import Policy
    from paget.model.driver import Driver
    from paget.model.population import Population
    from paget.model.protocol import Protocol

SEED_MAX: Final = 2**63 - 1
N_MAX: Final = 10**9


@dataclass(frozen=True)
class Recipe:
    """What is simulated: which cancers in which bodies, by which draws, for how long.

    Parameters
    ----------
    name
        Cancer or group.
    title
        Its name for people.
    members
        The cancers of the mixture, each with its weight.
    body
        The human body.
    drivers
        The drivers that these cancers can carry, by name.
    population
        Whom the patients belong to.
    watched
        How they are looked for.
    seed
        Seed of all draws.
    years
        Horizon in years after the first cell; None means until death.
    screening
        Screening programme; None for none.
    care
        Name of the policy by which those who are found are cared for, with a digest where it is no entry.
    plans
        How the patients of each cancer are cared for; None for no care.
    settings
        Catalogue numbers set by the user.
    catalogue_digest
        Digest of the catalogue.
    references
        Citation of each source that a number comes from, by its key.
    version
        Version of this package.
    origin
        What provenance says of the policy besides its name: the protocol of a file, or the run it branches from.
    """

    name: str
    title: str
    members: tuple[tuple[Cancer, float], ...]
    body: Body
    drivers: Mapping[str, Driver]
    population: Population
    watched: Watching
    seed: int
    years: float | None
    screening: str | None
    care: str
    plans: tuple[CarePlan | None, ...]
    settings: Mapping[str, str]
    catalogue_digest: str
    references: Mapping[str, str]
    version: str
    origin: Mapping[str, object] = field(default_factory=dict)

    @property
    def identity(self) -> Identity:
        """What decides the tables' bits."""
        return Identity(
            paget_version=self.version,
            layout_version=LAYOUT_VERSION,
            catalogue_digest=self.catalogue_digest,
            cancer=self.name,
            seed=self.seed,
            settings=dict(self.settings),
            years=self.years,
            screening=self.screening,
            care=self.care,
            block_patients=BLOCK_PATIENTS,
        )

    @property
    def is_python_bound(self) -> bool:
        """Whether much of the work is Python, and none of it an object of the caller's, who may look at it later.

        Threads then wait for one another, and processes do not.
        """
        own = __name__.partition(".")[0] + "."
        cared = [plan for plan in self.plans if plan is not None]
        return bool(cared) and all(type(plan.policy).__module__.startswith(own) for plan in cared)

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        """The plain tables that the engine reads, one set per cancer."""
        from paget.engine.compile import compile_program

        return tuple(compile_program(cancer, self.body, self.drivers) for cancer, _ in self.members)

    @cached_property
    def eyes(self) -> tuple[Eyes, ...]:
        """How the patients of each cancer are found, worked out once for all pieces of a run."""
        return tuple(self.watched.eyes(cancer) for cancer, _ in self.members)

    def __call__(self, first: int, count: int) -> Tables:
        """Compute a block of consecutive patients."""
        return self.patients(np.arange(first, first + count, dtype=np.int64))

    def patients(self, indices: NDArray[np.int64]) -> Tables:
        """Compute some patients.

        Parameters
        ----------
        indices
            Which patients, in rising order.

        Returns
        -------
        Tables
            Their tables, in the order of the patients.
        """
        from paget.cohort.course import life_courses

        entries = entry_numbers(self.seed, indices, [weight for _, weight in self.members])
        pieces: list[Tables] = []
        ways = zip(self.programs, self.eyes, self.plans, strict=True)
        for number, (program, eyes, plan) in enumerate(ways):
            own = indices[entries == number]
            if own.size:
                pieces.append(life_courses(program, eyes, self.population, self.seed, own, self.years, plan))
        return pieces[0] if len(pieces) == 1 else merged(pieces)

    def of_patient(self, index: int) -> Recipe:  # noqa: ARG002 - recipes whose patients differ in numbers need it
        """Return the recipe by which a patient is simulated: this one, unless patients have numbers of their own.

        Parameters
        ----------
        index
            Which patient.
        """
        return self

    def packed(self) -> bytes:
        """Return the recipe as bytes, for `compute_packed` on another machine."""
        return pickle.dumps(self)


def make_recipe(
    name: str,
    *,
    seed: int = 1,
    years: float | None = None,
    settings: Mapping[str, str] | None = None,
    screening: str | None = None,
    care: str | Policy | Protocol | Planner = STANDARD,
) -> Recipe:
    """Look everything up that a run needs, and check it.

    Parameters
    ----------
    name
        A cancer or a group of cancers.
    seed
        Seed of all draws, from 0 to 2**63 - 1.
    years
        Horizon in years after the first cell; None means until death.
    settings
        Catalogue numbers to replace, such as ``{"growth.doubling_time": "120 day"}``, in all cancers.
    screening
        Name of a screening programme; None for none.
    care
        Name of a policy or protocol, a TOML file, an object with `decide`, or a `Planner`; "none" for no care.

    Returns
    -------
    Recipe
        What to simulate.

    Raises
    ------
    UnknownEntryError
        If no cancer or group has this name.
    SettingError
        If seed or horizon are out of range.
    EntryError, UnitError
        If a setting names no number, or its unit does not fit.
    """
    from paget import catalogue

    check_number("seed", seed, 0, SEED_MAX)
    if years is not None and not (years > 0.0 and math.isfinite(years)):
        raise SettingError(
            "The horizon must be longer than nothing.",
            key="years",
            value=years,
            allowed="years after the first cell, more than 0; leave it out to follow everyone until death",
        )
    members = catalogue.resolve(name)
    chosen = dict(sorted((settings or {}).items()))
    if chosen:
        members = tuple((catalogue.override(cancer, chosen), weight) for cancer, weight in members)
    known = catalogue.drivers()
    carried = {driver.id for cancer, _ in members for driver in cancer.drivers}
    watched = watching(screening, [cancer.id for cancer, _ in members])
    return Recipe(
        name=name,
        title=members[0][0].name if name in catalogue.list_cancers() else catalogue.group(name).name,
        members=tuple(members),
        body=catalogue.body(),
        drivers={name: known[name] for name in sorted(carried)},
        population=catalogue.population(),
        watched=watched,
        seed=int(seed),
        years=None if years is None else float(years),
        screening=screening,
        care=name_of(care),
        plans=tuple(make_plan(care, cancer, watched.tissue, watched.modalities, int(seed)) for cancer, _ in members),
        settings=chosen,
        catalogue_digest=catalogue.digest(name),
        references={source.id: catalogue.reference(source) for source in catalogue.cite(name)},
        version=paget.__version__,
        origin=origin_of(care),
    )


def check_number(key: str, value: float, least: int, most: int) -> None:
    """Raise `SettingError` unless a whole number lies in its range, ends included."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not least <= value <= most:
        raise SettingError(
            f"{key} is not in its range.",
            key=key,
            value=value,
            allowed=f"a whole number from {least} to {most}",
        )


@lru_cache(maxsize=2)
def unpacked(packed: bytes) -> Recipe:
    """Return a packed recipe; the same object for the same bytes, so that its tables are made once."""
    recipe: object = pickle.loads(packed)  # noqa: S301 - made by `packed` of the same run
    if not isinstance(recipe, Recipe) or recipe.version != paget.__version__:
        raise RunError(
            f"A worker has version {paget.__version__} of this package, and the run another.",
            fix="install the same version on every machine",
        )
    return recipe


def compute_packed(packed: bytes, first: int, count: int) -> Tables:
    """Compute a block of consecutive patients from a packed recipe, on whatever machine this runs."""
    return unpacked(packed)(first, count)


def merged(pieces: list[Tables]) -> JoinedTables:
    """Join tables of different patients into tables ordered by patient; a patient's rows keep their order."""
    from paget.cohort.course import in_order

    together = joined(pieces)
    return JoinedTables(**{name: in_order(getattr(together, name)) for name in TABLES})
