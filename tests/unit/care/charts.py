"""Charts for tests: patients of whom nothing is known but what a test says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from paget.model import layout
from paget.model.chart import EVENTS, Charts

THERAPIES = ("folfox", "bevacizumab", "surgery_primary", "antiemetics")
TESTS = ("KRAS", "MSI_high")
MODALITIES = ("ct", "mri_brain", "bone_scan")


def charts(count: int = 1, **known: Any) -> Charts:
    """Return charts at a diagnosis, on the day of it, with some fields set to a number or an array."""
    plain = Charts(
        therapies=THERAPIES,
        tests=TESTS,
        patient=np.arange(count),
        event=np.full(count, EVENTS.index("diagnosis")),
        day=np.full(count, 20_000.0),
        age_year=np.full(count, 20_000.0 / 365.25),
        diagnosis_day=np.full(count, 20_000.0),
        sex=np.zeros(count, np.int64),
        stage=np.zeros(count, np.int64),
        stage_group=np.zeros(count, np.int64),
        node_positive=np.zeros(count, np.bool_),
        sites=np.zeros((count, layout.N_ORGANS), np.bool_),
        metastases=np.zeros(count, np.int64),
        primary_in_place=np.ones(count, np.bool_),
        primary_mm=np.full(count, np.nan),
        tested=np.full((count, len(TESTS)), -1, np.int8),
        fitness=np.zeros(count, np.int64),
        symptomatic=np.zeros((count, layout.N_ORGANS), np.bool_),
        phase=np.zeros(count, np.int64),
        goal=np.zeros(count, np.int64),
        line=np.zeros(count, np.int64),
        response=np.zeros(count, np.int64),
        best=np.zeros(count, np.int64),
        given=np.zeros((count, len(THERAPIES)), np.int64),
        on=np.zeros((count, len(THERAPIES)), np.bool_),
        free_day=np.full(count, np.inf),
        worst_grade=np.zeros(count, np.int64),
    )
    fields = {name: getattr(plain, name) for name in known}
    changed: dict[str, Any] = {
        name: np.broadcast_to(np.asarray(value, fields[name].dtype), fields[name].shape).copy()
        for name, value in known.items()
    }
    return replace(plain, **changed)


def organs(*names: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return organs by name as a row of flags."""
    return np.isin(np.array(layout.ORGANS), names)


def therapies(*names: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return therapies by name as a row of flags."""
    return np.isin(np.array(THERAPIES), names)
