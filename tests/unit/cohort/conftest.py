"""A made-up block function: quick, and each patient's rows depend on the patient alone, as in the engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from paget.cohort.care_tables import TABLES as CARE_TABLES
from paget.cohort.recipe import Recipe, make_recipe
from paget.cohort.store import JoinedTables
from paget.model.layout import FUNNEL_STEPS

Row = dict[str, Any]


def _patient(index: int) -> tuple[Row, list[Row], list[Row], list[Row]]:
    draw = np.random.default_rng(index)
    onset, spread = 20_000.0 + index % 7, bool(draw.random() < 0.6)
    one_cm = onset + 3_000.0
    death = one_cm + 300.0 + float(draw.integers(0, 2_000))
    found = int(draw.integers(1, 4)) if spread else 0
    lesion_ids = [index * 100 + number + 1 for number in range(found + 1)]
    organs = ["bowel", *draw.choice(["liver", "lung", "bone"], size=found)]
    lesions = [
        {
            "patient": index,
            "lesion": lesion,
            "parent_lesion": 0 if number == 0 else lesion_ids[0],
            "organ": str(organ),
            "route": "primary" if number == 0 else "blood",
            "generation": min(number, 1),
            "founded_age_day": onset + 2_000.0 * min(number, 1),
            "woken": bool(number == 2),
            "detectable_age_day": one_cm + 100.0 * number,
            "cells": 1e9,
        }
        for number, (lesion, organ) in enumerate(zip(lesion_ids, organs, strict=True))
    ]
    clones = [
        {
            "patient": index,
            "lesion": lesion["lesion"],
            "clone": lesion["lesion"] * 10,
            "parent_clone": lesion["parent_lesion"] * 10,
            "driver": "kras" if lesion["parent_lesion"] else "",
            "origin_age_day": lesion["founded_age_day"],
            "cells": 1e9,
        }
        for lesion in lesions
    ]
    counts = {f"{step}_count": 10.0 ** (len(FUNNEL_STEPS) - k) for k, step in enumerate(FUNNEL_STEPS)}
    funnel = [{"patient": index, "organ": "liver", **counts}] if spread else []
    patient = {
        "patient": index,
        "cancer": "colorectal",
        "onset_age_day": onset,
        "death_age_day": death,
        "cause": "liver" if spread else "other",
        "last_age_day": death,
        "primary_1cm_age_day": one_cm,
        "first_spread_age_day": onset + 2_000.0 if spread else None,
        "first_distant_spread_age_day": onset + 2_000.0 if spread else None,
        "first_metastasis_1cm_age_day": one_cm + 500.0 if spread else None,
        "metastases": found,
        "metastases_established": found,
        "untracked_clones": 0,
        "untracked_lesions": 0,
        "regional_nodes": 0,
        "symptom": "rectal_bleeding",
        "diagnosis_age_day": one_cm + 200.0,
        "diagnosis_route": "symptom of the primary",
        "stage": "IVA" if spread else "II",
        "clinical_stage": "IV" if spread else "II",
        "sites_found": found,
        "unknown_primary": False,
    }
    return patient, lesions, clones, funnel


def _finding(patient: Row) -> Row:
    day = patient["diagnosis_age_day"]
    return {"patient": patient["patient"], "age_day": day, "organ": "bowel", "diameter_mm": 40.0, "lesion": 0}


@cache
def made_up_block(first: int, count: int) -> JoinedTables:
    """Return the tables of some made-up patients."""
    each = [_patient(index) for index in range(first, first + count)]
    patients, lesions, clones, funnel = (list(rows) for rows in zip(*each, strict=True))
    counts = [(f"{step}_count", pa.float64()) for step in FUNNEL_STEPS]
    funnel_schema = pa.schema([("patient", pa.int64()), ("organ", pa.string()), *counts])
    return JoinedTables(
        patients=pa.Table.from_pylist(patients),
        lesions=_with_ids(pa.Table.from_pylist([row for rows in lesions for row in rows])),
        clones=_with_ids(pa.Table.from_pylist([row for rows in clones for row in rows])),
        funnel=pa.Table.from_pylist([row for rows in funnel for row in rows], schema=funnel_schema),
        tests=pa.Table.from_pylist([{"patient": row["patient"], "test": "cea", "value": 7.0} for row in patients]),
        findings=_with_ids(pa.Table.from_pylist([_finding(row) for row in patients])),
        **{name: pa.table({"patient": pa.array([], pa.int64())}) for name in CARE_TABLES},
    )


def _with_ids(table: pa.Table) -> pa.Table:
    for name in set(table.column_names) & {"lesion", "parent_lesion", "clone", "parent_clone"}:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].cast(pa.uint64()))
    return table


@pytest.fixture
def block() -> Callable[[int, int], JoinedTables]:
    """Return a function that computes made-up tables."""
    return made_up_block


@pytest.fixture
def recipe() -> Recipe:
    """Return a recipe; the made-up block function stands in for what it computes."""
    return make_recipe("colorectal", seed=3, care="none")


@pytest.fixture
def parts() -> Callable[[Path], dict[str, bytes]]:
    """Return a function that reads every part of a run, by its path inside the run's folder."""

    def read(folder: Path) -> dict[str, bytes]:
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("part-*.parquet"))}

    return read
