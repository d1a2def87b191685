"""The entries by which patients are found, read from the catalogue once for a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from paget import catalogue
from paget.catalogue import panels
from paget.errors import EntryError, SettingError, nearest
from paget.model.assay import Marker
from paget.model.modality import Modality
from paget.model.screening import Programme
from paget.model.stage import StagingTable
from paget.model.symptom import SymptomPlace
from paget.model.workup import Workup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paget.cohort.diagnosis import Eyes
    from paget.model.assay import Test
    from paget.model.cancer import Cancer
    from paget.model.tissue import Tissue

USUAL: Final = "usual"
"""The work-up that a run uses."""


@dataclass(frozen=True)
class Watching:
    """How the patients of a run are looked for, whatever their cancer.

    Parameters
    ----------
    symptoms, modalities, staging, markers
        All entries of these kinds.
    tissue
        Rates of the tissue panel.
    workup
        The work-up.
    programme
        A screening programme, if any.
    """

    symptoms: Mapping[str, SymptomPlace]
    modalities: Mapping[str, Modality]
    staging: Mapping[str, StagingTable]
    markers: Mapping[str, Marker]
    tissue: Tissue
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
            tissue=self._tissue(cancer, like),
            origin=self.tissue.origins.index(like) if like in self.tissue.origins else -1,
            blood=self._blood(cancer, like),
            programme=programme,
            test=None if programme is None else self.modalities[programme.modality],
        )

    def _tissue(self, cancer: Cancer, like: str) -> Tissue:
        """Return the panel's rates; alterations of a cancer with other drivers than its model's go by share alone."""
        if cancer.id == like:
            return self.tissue
        unknown = {name: np.full_like(getattr(self.tissue, name), -1) for name in ("marker_bit", "alteration_bit")}
        return replace(self.tissue, **unknown)

    def _blood(self, cancer: Cancer, like: str) -> tuple[tuple[str, Test], ...]:
        """Return the markers that the work-up measures, as plain numbers for the cancer."""
        names = self.workup.cancers[like].blood
        for name in names:
            if name not in self.markers:
                known = sorted(self.markers)
                raise EntryError(
                    f"The work-up {self.workup.id!r} measures a marker that there is not.",
                    key=f"cancers.{like}.blood",
                    value=name,
                    allowed=known,
                    meant=nearest(name, known),
                    fix="correct the name, or add the marker",
                )
        return tuple((name, self.markers[name].of(cancer)) for name in names)


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
        markers=catalogue.entries("markers", Marker),
        tissue=panels.tissue(catalogue.current()),
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
