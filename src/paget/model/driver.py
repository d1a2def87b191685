"""A driver: a heritable change of a cell, named by its gene or programme, that changes traits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from paget.model.measure import Factor, PerDivision
from paget.model.names import EntryId, OneOf, Trait
from paget.model.quantity import Frozen

STEPS = (
    "growth",
    "evolution",
    "detachment",
    "intravasation",
    "circulation",
    "arrest",
    "extravasation",
    "survival",
    "colonisation",
    "dormancy",
    "vessels",
    "immunity",
    "cavity",
    "lymph",
    "resistance",
)
"""Steps of the cascade that a driver can mainly act on."""

Step = Annotated[str, AfterValidator(OneOf("a step of the cascade", STEPS))]


class Driver(Frozen):
    """One driver and what it does to a clone."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    gene: str = Field(min_length=1, description="gene, or the genes of a programme")
    kind: Literal["mutation", "programme"] = Field(description="mutation, or programme of expression")
    step: Step = Field(description="step of the cascade that it mainly acts on")
    summary: str = Field(min_length=1, description="what it does")
    rate: PerDivision = Field(description="chance of gaining it per division")
    effects: dict[Trait, Factor] = Field(min_length=1, description="factor on each trait that it changes")
