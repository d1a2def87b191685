"""A population: what its people die of besides the cancer."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from paget.model.names import EntryId
from paget.model.quantity import Frozen, Number, Sourced, broken_rule
from paget.model.units import factor

PER_YEAR = "1/year"

Probability = Annotated[Number, Field(ge=0.0, le=1.0)]


class Mortality(Sourced):
    """Annual probability of death by age, for each sex."""

    unit: str = Field(description="unit of the probabilities, 1/year")
    age_year: tuple[Annotated[Number, Field(ge=0.0)], ...] = Field(
        min_length=2, description="age at the start of the interval"
    )
    male: tuple[Probability, ...] = Field(description="annual probability of death, men")
    female: tuple[Probability, ...] = Field(description="annual probability of death, women")

    @model_validator(mode="after")
    def _a_table(self) -> Self:
        if factor(self.unit, PER_YEAR) != 1.0:
            raise broken_rule(
                "Probabilities of death are per year.",
                key="unit",
                allowed=f"unit = {PER_YEAR!r}",
                fix="restate the table per year",
            )
        for key in ("male", "female"):
            if len(getattr(self, key)) != len(self.age_year):
                raise broken_rule(
                    "There are {ages} ages but {found} probabilities.",
                    ages=len(self.age_year),
                    found=len(getattr(self, key)),
                    key=key,
                    allowed="one probability for each age",
                    fix="complete the table",
                )
        if any(late <= early for early, late in zip(self.age_year, self.age_year[1:], strict=False)):
            raise broken_rule(
                "The ages do not rise.",
                key="age_year",
                allowed="ages in rising order, each once",
                fix="sort the table by age",
            )
        return self


class Population(Frozen):
    """One population of the catalogue."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(default="", description="which people, and when")
    other_cause_mortality: Mortality = Field(description="death from anything but the cancer")
