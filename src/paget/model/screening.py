"""A screening programme: who is invited to which test, how often, and how many come.

A programme is a policy and not a test: what the test finds is told by its modality. Only people who carry a cancer
are simulated, so a share of eligible people is the share among those who will have one of the programme's cancers.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from paget.model import layout
from paget.model.measure import Measure, Share
from paget.model.names import EntryId, OneOf
from paget.model.quantity import Frozen, Quantity, broken_rule

Sex = Annotated[str, AfterValidator(OneOf("a sex", layout.SEXES))]
Age = Annotated[Quantity, Measure("year", least=0.0, most=120.0)]


class Programme(Frozen):
    """One screening programme of the catalogue."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="who is invited to what, and how often")
    modality: EntryId = Field(description="the screening test")
    work_up: tuple[EntryId, ...] = Field(default=(), description="what follows a positive test, first first")
    cancers: tuple[EntryId, ...] = Field(default=(), description="cancers it looks for; empty for all")
    sexes: tuple[Sex, ...] = Field(min_length=1, description="whom it invites")
    first_age: Age = Field(description="age at which invitations begin")
    last_age: Age = Field(description="age up to which they go on")
    interval: Annotated[Quantity, Measure("year", above=0.0)] = Field(description="time between rounds")
    eligible_share: Share | None = Field(
        default=None, description="share of people of the right age and sex who meet its other criteria; none for all"
    )
    uptake: Share = Field(description="share of eligible people who ever take part")
    attendance: Share = Field(description="chance that one who takes part comes to a round after the first")

    @model_validator(mode="after")
    def _ages_in_order(self) -> Self:
        if not self.first_age.value < self.last_age.value:
            raise broken_rule(
                "The programme ends at {last} years, before it begins at {first}.",
                first=self.first_age.value,
                last=self.last_age.value,
                key="last_age",
                allowed="first_age < last_age",
                fix="correct the ages",
            )
        return self
