"""Symptoms: what a place of disease makes a patient feel, how likely it is by size, and how long until a doctor looks.

A place is the primary, metastases in one organ, or the whole burden. Each place has one hazard of becoming
symptomatic; which symptoms it then shows is a second question, so that the engine watches a place and no symptom.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from paget.model.measure import Measure, PositiveFactor
from paget.model.names import EntryId, OneOf, Organ
from paget.model.quantity import Frozen, Quantity, broken_rule
from paget.model.units import ONE

Kind = Literal["primary", "metastasis", "general"]
SIZES = ("burden_cells", "largest_cells")
"""Quantities of `layout.WATCH_QUANTITIES` that are sizes: all cells of a place, or those of its largest lesion."""

Size = Annotated[str, AfterValidator(OneOf("a size", SIZES))]
Present = Annotated[Quantity, Measure(ONE, above=0.0, most=1.0)]


class SymptomHazard(Frozen):
    """How likely a place is to become symptomatic: rate x (size / level) ** exponent, per day."""

    size: Size = Field(default="burden_cells", description="burden_cells, or largest_cells for what is felt as a lump")
    rate: Annotated[Quantity, Measure("1/day", above=0.0)] = Field(description="hazard at the level")
    level: Annotated[Quantity, Measure("cell", above=0.0)] = Field(description="size at which the hazard is the rate")
    exponent: PositiveFactor = Field(description="power of size by which the hazard grows")


class Symptom(Frozen):
    """One symptom of a place."""

    id: EntryId = Field(description="name by which tables show it")
    name: str = Field(min_length=1, description="name for people")
    share: Present = Field(description="share of patients with it, of those in whom the place is symptomatic")


class SymptomPlace(Frozen):
    """Where symptoms come from, and which."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="what becomes symptomatic, and at what size")
    kind: Kind = Field(description="primary, metastasis (in the organs) or general (the whole burden)")
    organs: tuple[Organ, ...] = Field(default=(), description="organs whose metastases it stands for, one place each")
    cancers: tuple[EntryId, ...] = Field(default=(), description="cancers it holds for; empty for all")
    hazard: SymptomHazard = Field(description="chance of becoming symptomatic")
    delay: Annotated[Quantity, Measure("day", above=0.0, law="lognormal")] = Field(
        description="median days from the symptom to the start of a work-up",
    )
    symptoms: tuple[Symptom, ...] = Field(min_length=1, description="symptoms; together they make up 1 or more")

    @model_validator(mode="after")
    def _kind_fits(self) -> Self:
        if (self.kind == "metastasis") != bool(self.organs):
            raise broken_rule(
                "A place of kind '{kind}' names {count} organs.",
                kind=self.kind,
                count=len(self.organs),
                key="organs",
                allowed='organs = [...] with kind = "metastasis" only',
                fix="correct kind, or organs",
            )
        if self.kind == "primary" and not self.cancers:
            raise broken_rule(
                "The place of a primary names no cancer.",
                key="cancers",
                allowed="the cancers whose primary it is",
                fix='add cancers = ["..."]',
            )
        return self

    @model_validator(mode="after")
    def _symptoms_fit(self) -> Self:
        ids = [symptom.id for symptom in self.symptoms]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise broken_rule(
                "The symptom {twice} is listed twice.",
                twice=twice[0],
                key="symptoms",
                allowed="each symptom once",
                fix="remove one of them",
            )
        total = sum(symptom.share.value for symptom in self.symptoms)
        if total < 1.0:
            raise broken_rule(
                "The shares of the symptoms make up {total}, so that some symptomatic patients would have none.",
                total=total,
                key="symptoms",
                allowed="shares of those who have symptoms, which make up 1 or more",
                fix="divide the shares by the share of patients with any symptom, or add what is missing",
            )
        return self
