"""Runs are held to what each entry expects of them: survival from 1 cm and spread, untreated."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import paget
from paget import catalogue

SEED, N = 7, 500


SPREAD_MISSED = (
    *("bladder", "breast_her2_positive", "breast_hr_positive", "breast_triple_negative"),
    *("colorectal", "head_neck", "liver_hepatocellular", "melanoma", "ovary_high_grade_serous"),
)
"""Cancers fitted to treated patients whose untreated ones have spread at death less often than autopsies tell: liver by
1 point, ovary by 5, the others by more."""
SURVIVAL_MISSED = ("lung_small_cell",)
"""Fitted, it kills untreated patients sooner after 1 cm than published series tell."""


def held(missed: tuple[str, ...]) -> list[Any]:
    """Return all cancers, those known to miss their range marked: they must go on missing it, or be unmarked."""
    known = pytest.mark.xfail(strict=True, reason="a known miss of the fit: docs/evidence.md")
    return [pytest.param(name, marks=[known] if name in missed else []) for name in catalogue.list_cancers()]


@cache
def summary(name: str) -> dict[str, Any]:
    """Return what a run without care tells."""
    return paget.simulate(name, n=N, seed=SEED, care="none").summary()


@pytest.mark.parametrize("name", held(SURVIVAL_MISSED))
def test_untreated_patients_live_as_long_as_the_entry_expects(name: str) -> None:
    """Median survival from 1 cm lies in its range (500 patients, seed 7)."""
    expected = catalogue.cancer(name).expect.untreated_survival_month
    assert expected.low <= summary(name)["survival_from_1cm"]["median_month"] <= expected.high


@pytest.mark.parametrize("name", held(SPREAD_MISSED))
def test_as_many_have_spread_at_death_as_the_entry_expects(name: str) -> None:
    """The share ever with a metastasis lies in its range (500 patients, seed 7)."""
    expected = catalogue.cancer(name).expect.ever_spread_share
    assert expected.low <= summary(name)["spread"]["with_metastasis"]["share"] <= expected.high
