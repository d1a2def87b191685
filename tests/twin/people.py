"""What the twin is made of: a cancer's tables as lists, and a patient, lesions and clones as objects."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tests.twin.outside import Outside, Place
from tests.twin.streams import Stream, birth_key, name_key

from paget.model.layout import FUNNEL_SUMS, MAX_CLONES, N_BEDS, N_ORGANS, STREAM_CLOCK, TRAITS

T = TypeVar("T")


class Tables:
    """The PROGRAM record of one cancer as Python numbers and nested lists, one attribute a field."""

    def __init__(self, record: Any) -> None:
        self.drivers = int(record["drivers"])
        self.by_genotype: list[list[float]] = record["traits"][: 2**self.drivers].tolist()
        self._fields = {name: record[name].tolist() for name in record.dtype.names if name not in ("traits", "drivers")}

    def __getattr__(self, name: str) -> Any:
        """Return a field."""
        return self.__dict__["_fields"][name]

    def trait(self, genotype: int, name: str) -> float:
        """Return one trait of a genotype."""
        return self.by_genotype[genotype][TRAITS.index(name)]

    def missing(self, genotype: int) -> dict[int, float]:
        """Return the rate per division of each driver that a genotype lacks, by bit."""
        rates: list[float] = self.mutation_rate[: self.drivers]
        return {bit: rate for bit, rate in enumerate(rates) if not genotype >> bit & 1}


@dataclass
class Clone:
    """Cells of one genotype in one lesion: counted (`count`) or, where that is None, by `log_cells`."""

    key: int
    parent_key: int
    genotype: int
    driver: int
    origin_day: float
    origins: float
    count: float | None
    log_cells: float = 0.0

    @property
    def cells(self) -> float:
        """Cells, whichever way they are held."""
        return math.exp(self.log_cells) if self.count is None else self.count

    def make_large(self, log_cells: float) -> None:
        """Follow the clone by its size from now on."""
        self.count = None
        self.log_cells = log_cells

    def gain(self, cells: float, origins: float) -> None:
        """Add lines of mutants."""
        self.origins += origins
        if self.count is None:
            self.log_cells += math.log1p(cells * math.exp(-self.log_cells))
            return
        self.count += math.floor(cells + 0.5)
        if self.count >= 1000.0:
            self.make_large(math.log(self.count))


@dataclass
class Lesion:
    """One lesion, its newest clone first."""

    key: int
    parent_key: int
    organ: int
    route: int
    generation: int
    genotype: int
    founded_day: float
    since_day: float
    vessel_clock: float
    clones: list[Clone]
    log_cells: float
    peak_log_cells: float = -math.inf
    alive: bool = True
    vascular: bool = False
    woken: bool = False
    as_cluster: bool = False
    established_day: float | None = None
    vascular_day: float | None = None
    detectable_day: float | None = None
    one_cm_day: float | None = None
    ended_day: float | None = None

    @property
    def place(self) -> Place:
        """Where the lesion lies, for effects."""
        return Place(self.organ, self.route == 0, self.key)

    @property
    def origin(self) -> int:
        """Which row of the circulation's tables its cells start from."""
        return 0 if self.route == 0 else 1 + self.organ

    @property
    def is_large(self) -> bool:
        """Whether any clone is followed by its size."""
        return any(clone.count is None for clone in self.clones)

    def total(self) -> float:
        """Return the cells of all clones."""
        return sum(clone.cells for clone in self.clones)

    def add_up(self) -> None:
        """Set the size to the sum of the clones."""
        if self.clones:
            self.log_cells = math.log(max(self.total(), 1.0))
            self.peak_log_cells = max(self.peak_log_cells, self.log_cells)

    def clone_of(self, genotype: int) -> Clone | None:
        """Return the clone of a genotype."""
        return next((clone for clone in self.clones if clone.genotype == genotype), None)

    def copy(self) -> Lesion:
        """Return a copy that can be moved without moving this one."""
        return replace(self, clones=[replace(clone) for clone in self.clones])


@dataclass
class Pool:
    """Sleepers of one genotype: expected numbers by organ, new arrivals of this cell, and who shed them."""

    asleep: list[float] = field(default_factory=lambda: [0.0] * N_ORGANS)
    arrivals: list[float] = field(default_factory=lambda: [0.0] * N_ORGANS)
    source: tuple[int, int] | None = None


@dataclass
class Patient:
    """One patient: own draws, what the outside does, and everything that the course has made so far."""

    tables: Tables
    seed: int
    own: dict[str, Any]
    outside: Outside = field(default_factory=Outside)
    stream: Stream = field(default_factory=lambda: Stream(0))
    cell: int = 0
    lesions: list[Lesion] = field(default_factory=list)
    clones: list[tuple[Lesion, Clone]] = field(default_factory=list)
    pools: dict[int, Pool] = field(default_factory=dict)
    funnel: list[list[float]] = field(default_factory=lambda: [[0.0] * FUNNEL_SUMS for _ in range(N_BEDS)])
    untracked_clones: int = 0
    memory: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def remembered(self, work: Callable[..., T], *args: float) -> T:
        """Return work(patient, *args), done once per set of arguments, the last two being days a and b.

        Without effects only the length of days a to b matters; with effects nothing is remembered.
        """
        if self.outside.effects:
            return work(self, *args)
        name = (work.__name__, *args[:-2], args[-1] - args[-2])
        if name not in self.memory:
            self.memory[name] = work(self, *args)
        found: T = self.memory[name]
        return found

    def named(self, purpose: int, lineage: int, cell: int = 0) -> Stream:
        """Return one of the patient's own streams at its first draw."""
        return Stream(name_key(self.seed, self.own["index"], purpose, lineage, cell))

    def base_growth(self, place: Place) -> float:
        """Return net growth per day at small size, without drivers and effects."""
        if place.is_primary:
            return float(self.own["growth_per_day"])
        return float(self.own["metastasis_growth_per_day"] * self.tables.organ_growth[place.organ])

    def birth(self, place: Place) -> float:
        """Return divisions per cell and day."""
        return self.base_growth(place) * float(self.tables.birth_factor)

    def growth(self, genotype: int, place: Place, a: float, b: float) -> float:
        """Return a clone's net growth per day at small size, less the deaths that effects add."""
        traits = self.tables.by_genotype[genotype]
        rate = self.base_growth(place) * self.tables.trait(genotype, "proliferation")
        return rate * self.scaled("growth", genotype, place, a, b) - self.outside.deaths(place, traits, a, b)

    def immune(self, genotype: int, place: Place, a: float, b: float) -> float:
        """Return immune deaths per cell and day at small size; the primary is exempt."""
        if place.is_primary:
            return 0.0
        rate = float(self.own["immune_pressure_per_day"]) * self.tables.trait(genotype, "immune_visibility")
        traits = self.tables.by_genotype[genotype]
        rate *= self.scaled("immune_pressure", genotype, place, a, b)
        return rate + self.outside.deaths(place, traits, a, b, kind="add_small_death")

    def scaled(self, process: str, genotype: int, place: Place, a: float, b: float) -> float:
        """Return the factor of all effects on a process in a clone."""
        return self.outside.factor(process, place, self.tables.by_genotype[genotype], a, b)

    def add_clone(
        self, lesion: Lesion, parent: Clone, genotype: int, bit: int, day: float, serial: int
    ) -> Clone | None:
        """Begin a clone in a lesion that already has some, if it can still be followed."""
        if len(lesion.clones) >= MAX_CLONES:
            self.untracked_clones += 1
            return None
        key = birth_key(parent.key, self.stream.state, serial)
        clone = Clone(key, parent.key, genotype, bit, origin_day=day, origins=0.0, count=0.0)
        lesion.clones.insert(0, clone)
        self.clones.append((lesion, clone))
        return clone

    def add_lesion(self, lesion: Lesion, clone_parent: int, clone_key: int, count: float | None) -> Clone:
        """Take in a lesion that has no clone yet and begin its first one."""
        clone = Clone(
            clone_key,
            clone_parent,
            lesion.genotype,
            -1,
            origin_day=lesion.founded_day,
            origins=1.0,
            count=count,
        )
        lesion.clones.append(clone)
        lesion.vessel_clock = self.named(STREAM_CLOCK, lesion.key).exponential()
        self.lesions.append(lesion)
        self.clones.append((lesion, clone))
        return clone

    def end_if_empty(self, lesion: Lesion, day: float) -> None:
        """Drop clones without cells, and end a lesion without clones."""
        gone = [clone for clone in lesion.clones if clone.count == 0.0]
        lesion.clones = [clone for clone in lesion.clones if clone.count != 0.0]
        if gone:
            self.clones = [pair for pair in self.clones if pair[1].count != 0.0]
        if not lesion.clones:
            lesion.alive = False
            lesion.ended_day = day
            lesion.log_cells = -math.inf

    @property
    def kept_lesions(self) -> list[Lesion]:
        """Lesions that live or that once were a thousand cells."""
        return [lesion for lesion in self.lesions if lesion.alive or lesion.established_day is not None]
