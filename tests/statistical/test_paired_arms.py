"""Two arms of a study are the same patients: what no effect touches is the same in both."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pytest

import paget
from paget.cohort.recipe import make_recipe
from paget.model.protocol import Protocol

SEED: Final = 61
N: Final = 500
LEAST: Final = 10_000
"""Lesions compared."""
DAYS: Final = ("founded_age_day", "established_age_day", "vascular_age_day", "detectable_age_day", "one_cm_age_day")

OPERATION: Final = Protocol.model_validate(
    {
        "id": "operation",
        "policy": "operation",
        "name": "Operation",
        "summary": "Everybody is operated on and nothing else is done.",
        "rules": [
            {
                "id": "operate",
                "at": ["diagnosis"],
                "give": ["surgery_primary"],
                "phase": "local",
                "goal": "cure",
                "source": "paget",
                "grade": "assumed",
                "rationale": "A test.",
            },
        ],
    }
)


@pytest.fixture(scope="module")
def arms() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return lesions of the same patients without care and with their primaries removed."""
    return tuple(_lesions(care) for care in ("none", OPERATION))  # type: ignore[return-value]


def _lesions(care: str | Protocol) -> pd.DataFrame:
    cohort = paget.simulate("lung_small_cell", N, seed=SEED, care=care)
    columns = ["patient", "diagnosis_age_day", "last_age_day", "untracked_lesions"]
    return cohort.lesions.merge(cohort.patients[columns], on="patient")


def test_ten_thousand_metastases_are_the_same_with_the_primary_in_place_and_removed(
    arms: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    """A metastasis founded before the operation passes each step on the same day in both arms, all of them.

    The cell of the mesh in which the primary was removed is left out, as it founds other lesions in one arm, and so are
    the cell in which a course ended, which is shorter in it, and the one before, from which a young lesion reaches on.
    So are patients with more lesions than are followed: which clones find a place depends on all the others there.
    """
    cell = make_recipe("lung_small_cell").programs[0].interval_day
    both = arms[0].merge(arms[1], on="lesion", suffixes=("", "_operated"))
    end = (np.minimum(both["last_age_day"], both["last_age_day_operated"]) // cell - 1.0) * cell
    start = both["diagnosis_age_day"] // cell * cell
    roomy = (both["untracked_lesions"] == 0) & (both["untracked_lesions_operated"] == 0)
    old = roomy & (both["route"].astype(str) != "primary") & (both["founded_age_day"] < start)
    before = old & (both["established_age_day"] < end)
    assert int(before.sum()) >= LEAST
    for name in DAYS:
        left, right = (both[column].where(both[column] < end)[before] for column in (name, f"{name}_operated"))
        np.testing.assert_array_equal(left.to_numpy(), right.to_numpy())


def test_an_operation_stops_what_the_primary_would_have_shed(arms: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Lesions that the primary founds after the operation exist without care alone, and patients live longer."""
    plain, operated = arms
    late = plain[(plain["founded_age_day"] > plain["diagnosis_age_day"] + 60.0) & (plain["generation"] == 1)]
    assert len(late) > 1_000
    assert late["lesion"].isin(operated["lesion"]).mean() < 0.6
