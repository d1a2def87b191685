"""Runs are held to what each entry expects of them: survival from 1 cm and spread, untreated."""

from __future__ import annotations

import pytest

import paget
from paget import catalogue

SEED, N = 7, 500


@pytest.mark.parametrize("name", catalogue.list_cancers())
def test_a_run_falls_in_the_ranges_that_its_entry_expects(name: str) -> None:
    """Median survival and the share ever with a metastasis lie in their ranges (500 patients, seed 7)."""
    expect = catalogue.cancer(name).expect
    summary = paget.simulate(name, n=N, seed=SEED, care="none").summary()
    median = summary["survival_from_1cm"]["median_month"]
    assert expect.untreated_survival_month.low <= median <= expect.untreated_survival_month.high
    share = summary["spread"]["with_metastasis"]["share"]
    assert expect.ever_spread_share.low <= share <= expect.ever_spread_share.high
