"""Which class an entry of each folder is read as, for whatever goes over all entries of the catalogue."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from pydantic import BaseModel

OBSERVED: Final = {
    "fitness": ("fitness", "Fitness"),
    "markers": ("assay", "Marker"),
    "modalities": ("modality", "Modality"),
    "panels": ("panel", "Panel"),
    "pathways": ("screening", "Programme"),
    "staging": ("stage", "StagingTable"),
    "symptoms": ("symptom", "SymptomPlace"),
    "policies": ("protocol", "Protocol"),
    "therapies": ("therapy", "Therapy"),
    "utilities": ("utility", "Utilities"),
    "workups": ("workup", "Workup"),
}
"""Kinds that observation and care read: the module of `paget.model` and the class."""
FINDING: Final = tuple(OBSERVED)
"""Those of them that decide what happens in a run."""


def model_of(kind: str) -> type[BaseModel]:
    """Return the class of a kind's entries; it is imported only now, so that a start stays quick.

    Parameters
    ----------
    kind
        One of `OBSERVED`.
    """
    module, name = OBSERVED[kind]
    found: type[BaseModel] = getattr(import_module(f"paget.model.{module}"), name)
    return found
