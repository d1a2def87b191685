"""Assays of blood: what a tumour puts into it, what is there in health, and what a sample of it can show.

Three kinds: a protein that living cells secrete, tumour cells counted in a tube, and mutant genomes of dying cells that
are sequenced. An entry says what holds for each cancer; `of` picks one cancer's numbers and lays them out as plain
floats, which is all that `observation` reads. A marker answers to all living cells alike, wherever they grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from paget.model.cancer import Cancer
from paget.model.layout import SEXES
from paget.model.measure import Factor, Measure, PositiveFactor, Share
from paget.model.names import EntryId, Organ
from paget.model.quantity import Frozen, Quantity, broken_rule
from paget.model.units import ONE

LevelUnit = Literal["ng/mL", "pg/mL", "U/mL", "U/L"]
Sex = Literal["male", "female"]
Days = Annotated[Quantity, Measure("day", above=0.0)]
Millilitres = Annotated[Quantity, Measure("mL", above=0.0)]
Shedding = Annotated[Quantity, Measure(ONE, least=0.0, most=1.0, law="lognormal")]


@dataclass(frozen=True)
class ProteinTest:
    """A protein in one cancer, as plain numbers; levels are in the marker's own unit.

    Parameters
    ----------
    key
        Number that names the marker in random streams.
    limit
        Level from which a result counts as raised.
    background, background_sigma
        Median in health and its lognormal width between people.
    noise_sigma
        Lognormal width between samples of one person.
    half_life_day
        Half-life in blood.
    sexes
        Codes of `layout.SEXES` that have the background.
    per_cell, per_cell_sigma
        Median level per living cell in steady state, and its lognormal width between patients.
    secretors
        Share of patients whose tumour secretes it at all.
    """

    key: int
    limit: float
    background: float
    background_sigma: float
    noise_sigma: float
    half_life_day: float
    sexes: tuple[int, ...]
    per_cell: float
    per_cell_sigma: float
    secretors: float


@dataclass(frozen=True)
class CellTest:
    """A count of circulating tumour cells in one cancer, as plain numbers.

    Parameters
    ----------
    key
        Number that names the assay in random streams.
    limit_cells
        Count from which a result counts as raised.
    caught
        Cells counted per cell in the whole blood: share of the blood in the tube, times recovery.
    half_life_day
        Half-life of a tumour cell in blood.
    shed_cells_per_day, size_exponent
        Cells shed by a lesion of 1e9 cells, and the power of size by which that grows.
    recognised, recognised_sigma
        Median share of shed cells that reach the arm's vein whole and are recognised, and its lognormal width.
    dispersion
        Size of the negative binomial: the smaller, the wider are counts of one patient.
    false_cells
        Mean count of cells that are taken for tumour cells and are none.
    """

    key: int
    limit_cells: float
    caught: float
    half_life_day: float
    shed_cells_per_day: float
    size_exponent: float
    recognised: float
    recognised_sigma: float
    dispersion: float
    false_cells: float


@dataclass(frozen=True)
class GenomeTest:
    """Sequencing of mutant genomes in plasma in one cancer, as plain numbers.

    Parameters
    ----------
    key
        Number that names the assay in random streams.
    shed_per_death, shed_sigma
        Median genomes shed per cell death, and its lognormal width between patients.
    half_life_day
        Half-life of a genome in blood.
    sampled
        Share of the circulating genomes that is sequenced: share of the blood in the tube, times efficiency.
    plasma_ml
        Plasma of a patient.
    dna_ng_per_ml, dna_shape, dna_sigma
        Mean DNA of healthy cells in plasma, shape of its gamma law between people, and lognormal width between samples.
    copy_ng
        Mass of one copy of the genome.
    error_per_base
        Chance that a healthy copy is read as mutant at one base.
    bases, mutations
        Bases read, and how many of them are mutant in the tumour.
    p_value, calls
        A base is called where errors alone would do as much with at most this chance; calls that make a positive test.
    """

    key: int
    shed_per_death: float
    shed_sigma: float
    half_life_day: float
    sampled: float
    plasma_ml: float
    dna_ng_per_ml: float
    dna_shape: float
    dna_sigma: float
    copy_ng: float
    error_per_base: float
    bases: int
    mutations: int
    p_value: float
    calls: int


Test = ProteinTest | CellTest | GenomeTest


class Secretion(Frozen):
    """What one cancer adds to a protein."""

    per_cell: Quantity = Field(description="level per living cell in steady state, in the marker's unit per cell")
    non_secretors: Share = Field(description="share of patients whose tumour does not secrete it")


class Protein(Frozen):
    """A protein in serum."""

    unit: LevelUnit = Field(description="unit of all its levels")
    decision_limit: Quantity = Field(description="level from which a result counts as raised")
    background: Quantity = Field(description="median level in health")
    visit_noise: Factor = Field(description="lognormal sigma between samples of one person")
    half_life: Days = Field(description="half-life in blood")
    sexes: tuple[Sex, ...] = Field(default=SEXES, min_length=1, description="who has the background")
    background_organ: Organ | None = Field(default=None, description="organ whose removal takes the background away")
    cancers: dict[EntryId, Secretion] = Field(default={}, description="what each cancer adds")
    others: Secretion | None = Field(default=None, description="what every other cancer adds; nothing if absent")

    @field_validator("decision_limit", "background")
    @classmethod
    def _in_own_unit(cls, level: Quantity, info: ValidationInfo) -> Quantity:
        unit = info.data.get("unit")
        if unit is None:
            return level
        return Measure(unit, above=0.0, law="lognormal" if info.field_name == "background" else None).canonical(level)

    @field_validator("cancers", "others")
    @classmethod
    def _per_cell_in_own_unit(
        cls, given: dict[str, Secretion] | Secretion | None, info: ValidationInfo
    ) -> dict[str, Secretion] | Secretion | None:
        unit = info.data.get("unit")
        if unit is None or given is None:
            return given
        measure = Measure(f"{unit}/cell", above=0.0, law="lognormal")
        if isinstance(given, Secretion):
            return given.model_copy(update={"per_cell": measure.canonical(given.per_cell)})
        return {
            name: one.model_copy(update={"per_cell": measure.canonical(one.per_cell)}) for name, one in given.items()
        }

    def of(self, cancer: Cancer, key: int) -> ProteinTest:
        """Return the plain numbers for a cancer; a cancer that does not secrete it adds nothing.

        Parameters
        ----------
        cancer
            The cancer.
        key
            Number that names the marker in random streams.
        """
        added = self.cancers.get(cancer.id, self.others)
        return ProteinTest(
            key=key,
            limit=self.decision_limit.value,
            background=self.background.value,
            background_sigma=self.background.sigma,
            noise_sigma=self.visit_noise.value,
            half_life_day=self.half_life.value,
            sexes=tuple(SEXES.index(sex) for sex in self.sexes),
            per_cell=added.per_cell.value if added else 0.0,
            per_cell_sigma=added.per_cell.sigma if added else 0.0,
            secretors=1.0 - added.non_secretors.value if added else 0.0,
        )


class CellCount(Frozen):
    """A count of tumour cells in a tube of blood."""

    tube: Millilitres = Field(description="blood in the tube")
    blood: Millilitres = Field(description="blood of a patient")
    recovery: Share = Field(description="share of recognisable cells in the tube that are counted")
    half_life: Days = Field(description="half-life of a tumour cell in blood")
    recognised: Shedding = Field(description="share of shed cells that reach the sampled vein whole and are recognised")
    dispersion: PositiveFactor = Field(description="size of the negative binomial of counts of one patient")
    false_cells: Factor = Field(description="mean count in a tube of a person without cancer")
    decision_limit: Annotated[Quantity, Measure("cell", above=0.0)] = Field(description="count that is raised")
    cancers: dict[EntryId, Factor] = Field(default={}, description="factor on the share recognised; 1 if absent")

    def of(self, cancer: Cancer, key: int) -> CellTest:
        """Return the plain numbers for a cancer, whose entry says how many cells it sheds.

        Parameters
        ----------
        cancer
            The cancer.
        key
            Number that names the assay in random streams.
        """
        factor = self.cancers[cancer.id].value if cancer.id in self.cancers else 1.0
        return CellTest(
            key=key,
            limit_cells=self.decision_limit.value,
            caught=self.tube.value / self.blood.value * self.recovery.value,
            half_life_day=self.half_life.value,
            shed_cells_per_day=cancer.spread.shedding.value,
            size_exponent=cancer.spread.size_exponent.value,
            recognised=self.recognised.value * factor,
            recognised_sigma=self.recognised.sigma,
            dispersion=self.dispersion.value,
            false_cells=self.false_cells.value,
        )


class Genomes(Frozen):
    """Sequencing of tumour DNA in plasma."""

    shed_per_death: Shedding = Field(description="genomes shed into blood per cell death")
    half_life: Days = Field(description="half-life of a genome in blood")
    tube: Millilitres = Field(description="blood in the tube")
    blood: Millilitres = Field(description="blood of a patient")
    plasma_share: Share = Field(description="share of blood that is plasma")
    efficiency: Share = Field(description="share of the genomes in the tube that are sequenced")
    healthy_dna: Annotated[Quantity, Measure("ng/mL", above=0.0)] = Field(
        description="mean DNA of healthy cells in plasma"
    )
    healthy_dna_shape: PositiveFactor = Field(description="shape of its gamma law between people")
    visit_noise: Factor = Field(description="lognormal sigma of that DNA between samples of one person")
    copy_mass: Annotated[Quantity, Measure("ng", above=0.0)] = Field(description="mass of one copy of the genome")
    error: Share = Field(description="chance that a healthy copy is read as mutant, per base")
    bases: Annotated[Quantity, Measure(ONE, least=1.0)] = Field(description="bases that are read")
    mutations: Annotated[Quantity, Measure(ONE, least=0.0, most=1000.0)] = Field(
        description="bases that are mutant in every cell of the tumour"
    )
    p_value: Annotated[Quantity, Measure(ONE, above=0.0, most=1.0)] = Field(
        description="a base is called where errors alone would do as much with at most this chance"
    )
    calls: Annotated[Quantity, Measure(ONE, least=1.0)] = Field(description="called bases that make a positive test")
    cancers: dict[EntryId, Factor] = Field(default={}, description="factor on shedding; 1 if absent")

    @model_validator(mode="after")
    def _whole_and_covered(self) -> Self:
        for key in ("bases", "mutations", "calls"):
            number = getattr(self, key).value
            if number != int(number):
                raise broken_rule("{number} is not a whole number.", number=number, key=f"{key}.value", fix="round it")
        if self.mutations.value > self.bases.value:
            raise broken_rule(
                "{mutations} mutations do not fit on {bases} bases.",
                mutations=self.mutations.value,
                bases=self.bases.value,
                key="mutations.value",
                allowed="at most as many as there are bases",
                fix="lower mutations, or correct bases",
            )
        return self

    def of(self, cancer: Cancer, key: int) -> GenomeTest:
        """Return the plain numbers for a cancer.

        Parameters
        ----------
        cancer
            The cancer.
        key
            Number that names the assay in random streams.
        """
        factor = self.cancers[cancer.id].value if cancer.id in self.cancers else 1.0
        return GenomeTest(
            key=key,
            shed_per_death=self.shed_per_death.value * factor,
            shed_sigma=self.shed_per_death.sigma,
            half_life_day=self.half_life.value,
            sampled=self.tube.value / self.blood.value * self.efficiency.value,
            plasma_ml=self.blood.value * self.plasma_share.value,
            dna_ng_per_ml=self.healthy_dna.value,
            dna_shape=self.healthy_dna_shape.value,
            dna_sigma=self.visit_noise.value,
            copy_ng=self.copy_mass.value,
            error_per_base=self.error.value,
            bases=int(self.bases.value),
            mutations=int(self.mutations.value),
            p_value=self.p_value.value,
            calls=int(self.calls.value),
        )


class Marker(Frozen):
    """One marker in blood and the assay that measures it: a protein, a count of cells, or a sequencing of genomes."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="what it shows, and what else raises it")
    protein: Protein | None = Field(default=None, description="a protein in serum")
    cells: CellCount | None = Field(default=None, description="a count of tumour cells")
    genomes: Genomes | None = Field(default=None, description="a sequencing of tumour DNA")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [name for name in ("protein", "cells", "genomes") if getattr(self, name) is not None]
        if len(given) != 1:
            raise broken_rule(
                "The marker has {count} of the tables protein, cells and genomes.",
                count=len(given),
                allowed="one of them",
                fix="keep the one that says what is measured, and make a second entry of another",
            )
        return self

    @property
    def kind(self) -> Protein | CellCount | Genomes:
        """The one table that is given."""
        kind = self.protein or self.cells or self.genomes
        assert kind is not None  # noqa: S101 - the validator saw to it
        return kind

    @property
    def unit(self) -> str:
        """Unit of its results: of a level, of a count, or of the mutant share of the copies read."""
        if self.protein is not None:
            return self.protein.unit
        return "cell" if self.cells is not None else ONE

    @property
    def stream(self) -> int:
        """Number of the first of its 128 random streams: a hash of its id, so that no other assay changes them."""
        return int.from_bytes(blake2b(self.id.encode(), digest_size=7).digest(), "little") << 7

    def of(self, cancer: Cancer) -> Test:
        """Return its plain numbers for a cancer.

        Parameters
        ----------
        cancer
            The cancer; a person without one has no lesion, so any will do.
        """
        return self.kind.of(cancer, self.stream)
