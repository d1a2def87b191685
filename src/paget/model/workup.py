"""A work-up: which examinations a patient gets for which reason, before anybody knows what there is.

It is a policy and not a test: it reads symptoms and findings and never the truth. Examinations come in two rounds:
those that look for the tumour, and, once something is found, those that look how far it has gone.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from paget.model.measure import Measure, PerYear, Share
from paget.model.names import EntryId, Organ
from paget.model.quantity import Frozen, Quantity

Examinations = tuple[EntryId, ...]


class CancerWorkup(Frozen):
    """What is done for one cancer."""

    first: Examinations = Field(min_length=1, description="examinations that look for the primary")
    staging: Examinations = Field(default=(), description="examinations that follow once a tumour is found")
    blood: Examinations = Field(default=(), description="markers that are measured in blood at diagnosis")
    staging_from: Annotated[Quantity, Measure("mm", least=0.0)] = Field(
        description="diameter of the primary from which they follow without any other sign of spread",
    )


class Incidental(Frozen):
    """Examinations for reasons that have nothing to do with the cancer."""

    modality: EntryId = Field(description="the examination")
    rate: PerYear = Field(description="examinations per person and year")


class Workup(Frozen):
    """One way to work patients up."""

    id: EntryId = Field(description="name of the entry")
    name: str = Field(min_length=1, description="name for people")
    summary: str = Field(min_length=1, description="who is examined, and how")
    by_organ: dict[Organ, Examinations] = Field(default={}, description="examinations of an organ that is symptomatic")
    incidental: Incidental = Field(description="examinations for other reasons")
    disproved: Share = Field(description="share of false findings that biopsy or a second look disproves")
    repeat: Annotated[Quantity, Measure("day", above=0.0)] = Field(
        description="time after which a work-up that found nothing is done again",
    )
    repeats: int = Field(ge=0, le=10, description="how often it is done again")
    cancers: dict[EntryId, CancerWorkup] = Field(min_length=1, description="what is done for each cancer")
