"""Utilities: what a day is worth to a patient, from 1 (full health) to 0 (as bad as death), and what takes from it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from paget.model.measure import Measure, Share
from paget.model.names import EntryId, Organ
from paget.model.quantity import Frozen, Quantity

Days = Annotated[Quantity, Measure("day", least=0.0)]


class Band(Frozen):
    """Utility of people without cancer, from an age on."""

    from_year: int = Field(ge=0, le=120, description="youngest age of the band")
    utility: Share = Field(description="mean utility")


class Utilities(Frozen):
    """What takes from the worth of a day; losses multiply: u = base x product of (1 - loss)."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="whose values, by which instrument")
    base: tuple[Band, ...] = Field(min_length=1, description="people without cancer, by age")
    cancer: Share = Field(description="loss by knowing of a cancer, while it is under treatment or watched")
    advanced: Share = Field(description="loss by known metastases, without symptoms")
    fitness: tuple[Share, Share, Share, Share, Share] = Field(description="loss by performance status 0 to 4")
    symptoms: dict[Organ, Share] = Field(description="loss by a symptomatic organ")
    primary: Share = Field(description="loss by a symptomatic primary")
    general: Share = Field(description="loss by fatigue, loss of weight and low mood of a heavy burden")
    last_days: Days = Field(description="length of the time before a death of the cancer that is worse than all before")
    last_loss: Share = Field(description="loss in that time")
    admission: Days = Field(description="days in hospital by an event of grade 3 or worse that leads to admission")
    admitted: Share = Field(description="share of events of grade 3 or worse that lead to admission")
    last_admitted: Share = Field(description="share of the last days that are spent in hospital")
