"""What became known, as tables: columns of the patient, and one row per finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from paget.cohort.diagnosis import ROUTES
from paget.cohort.tables import Columns, names_of, table_of
from paget.cohort.testing import SPECIMENS, names_of_tests, no_tests, together
from paget.model import layout
from paget.model.stage import STAGES
from paget.observation.symptoms import PLACES

if TYPE_CHECKING:
    from paget.cohort.diagnosis import Diagnosis, Eyes
    from paget.engine import State


def known_columns(known: Diagnosis, eyes: Eyes) -> Columns:
    """Return the columns of the patients' table that say what became known and how.

    Parameters
    ----------
    known : Diagnosis
        What became known of P patients.
    eyes : Eyes
        How they were looked for, for the names of symptoms.
    """
    found = ~np.isnan(known.day)
    columns: Columns = {
        "symptom_age_day": known.symptom_day,
        "symptom_place": names_of(known.symptom_place + 1, ("", *PLACES)),
        "symptom": names_of(known.symptom + 1, ("", *eyes.places.symptoms)),
        "diagnosis_age_day": known.day,
        "diagnosis_route": names_of(known.route, ROUTES),
        "stage": names_of(known.stage, STAGES),
        "clinical_stage": names_of(known.clinical_stage, STAGES),
        **{name: pa.array(getattr(known, name), mask=~found) for name in ("t", "n", "m")},
        "sites_found": known.sites_found,
        "unknown_primary": found & ~known.primary_found,
    }
    if eyes.programme is not None:
        columns["screens"] = known.screens
        columns["last_screen_age_day"] = known.last_screen_day
    return columns


def finding_table(state: State, known: Diagnosis, eyes: Eyes) -> pa.Table:
    """Return one row per finding that led to a diagnosis, in order of patient.

    `lesion` is the truth behind it, 0 where there is none; nobody in the simulation is told.

    Parameters
    ----------
    state : State
        The patients.
    known : Diagnosis
        What became known of them.
    eyes : Eyes
        How they were looked for.
    """
    findings = [each for each, _ in known.findings]
    row = _together([each.row for each in findings], np.int64)
    order = np.argsort(row, kind="stable")
    lesion = _together([each.lesion for _, each in known.findings], np.uint64)[order]
    modalities = tuple(modality.id for modality in eyes.plan.modalities)
    return table_of(
        {
            "patient": state.patient["index"][row[order]],
            "age_day": _together([each.day for each in findings], np.float64)[order],
            "modality": names_of(_together([each.modality for each in findings], np.int64)[order], modalities),
            "organ": names_of(_together([each.organ for each in findings], np.int64)[order], layout.ORGANS),
            "in_primary_site": _together([each.in_primary_site for each in findings], np.bool_)[order],
            "diameter_mm": _together([each.diameter_mm for each in findings], np.float64)[order],
            "lesion": lesion,
        }
    )


def test_table(state: State, known: Diagnosis, eyes: Eyes) -> pa.Table:
    """Return one row per result of a test of blood or tissue at diagnosis, in order of patient.

    Parameters
    ----------
    state : State
        The patients.
    known : Diagnosis
        What became known of them.
    eyes : Eyes
        How they were looked for.
    """
    results = together([no_tests(), *known.tests])
    return table_of(
        {
            "patient": state.patient["index"][results.row],
            "age_day": results.day,
            "specimen": names_of(results.specimen, SPECIMENS),
            "test": names_of(results.test, names_of_tests(eyes)),
            "value": results.value,
            "positive": results.is_positive,
        }
    )


def _together(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype)
