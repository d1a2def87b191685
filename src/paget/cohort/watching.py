"""The entries by which patients are found, read from the catalogue once for a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paget import catalogue
from paget.errors import SettingError, nearest
from paget.model.modality import Modality
from paget.model.screening import Programme
from paget.model.stage import StagingTable
from paget.model.symptom import SymptomPlace
from paget.model.workup import Workup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paget.cohort.diagnosis import Eyes
    from paget.model.cancer import Cancer

USUAL: Final = "usual"
"""The work-up that a run uses."""


@dataclass(frozen=True)
class Watching:
    """How the patients of a run are looked for, whatever their cancer.

    Parameters
    ----------
    symptoms, modalities, staging
        All entries of these kinds.
    workup
        The work-up.
    programme
        A screening programme, if any.
    """

    symptoms: Mapping[str, SymptomPlace]
    modalities: Mapping[str, Modality]
    staging: Mapping[str, StagingTable]
    workup: Workup
    programme: Programme | None

    def eyes(self, cancer: Cancer) -> Eyes:
        """Return how the patients of one cancer are found.

        Raises
        ------
        EntryError
            Where the cancer has no entries of its own for that and presents like no other.
        """
        from paget.cohort.diagnosis import Eyes
        from paget.observation import staging, symptoms, workup

        programme, like = self.programme, cancer.presents_like or cancer.id
        return Eyes(
            cancer=cancer,
            places=symptoms.places_of(self.symptoms, like, cancer.organ),
            plan=workup.plan_of(self.workup, like, self.modalities),
            table=staging.table_of(self.staging, like),
            programme=programme,
            test=None if programme is None else self.modalities[programme.modality],
        )


def watching(screening: str | None, cancers: list[str]) -> Watching:
    """Return how the patients of a run are looked for.

    Parameters
    ----------
    screening
        Name of a screening programme; None for none.
    cancers
        The cancers of the run.

    Raises
    ------
    SettingError
        If there is no such programme, or it looks for none of the cancers.
    """
    return Watching(
        symptoms=catalogue.entries("symptoms", SymptomPlace),
        modalities=catalogue.entries("modalities", Modality),
        staging=catalogue.entries("staging", StagingTable),
        workup=catalogue.entry("workups", USUAL, Workup),
        programme=None if screening is None else _programme(screening, cancers),
    )


def _programme(name: str, cancers: list[str]) -> Programme:
    known = catalogue.current().names("pathways")
    if name not in known:
        raise SettingError(
            f"There is no screening programme called {name!r}.",
            key="screening",
            value=name,
            allowed=known,
            meant=nearest(name, known),
        )
    found = catalogue.entry("pathways", name, Programme)
    if found.cancers and not set(cancers) & set(found.cancers):
        fitting = [each for each in known if _looks_for(each, cancers)]
        raise SettingError(
            f"The screening programme {name!r} does not look for {', '.join(cancers)}.",
            key="screening",
            value=name,
            allowed=fitting or "none: no programme looks for this cancer",
            fix="choose a programme that does, or leave it out",
        )
    return found


def _looks_for(name: str, cancers: list[str]) -> bool:
    programme = catalogue.entry("pathways", name, Programme)
    return not programme.cancers or bool(set(cancers) & set(programme.cancers))
