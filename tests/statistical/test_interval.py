"""Outcomes do not depend on the numeric interval: two-sample tests against an interval of a week.

Patients are the same (same seed) at every interval, but their later draws differ; tests treat the samples
as independent, which is right for the draws and strict for what the patients share. Alpha is 1e-3 over all
comparisons of one cancer (Bonferroni).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from paget import catalogue, engine
from paget.cohort.course import natural_history

ALPHA = 1e-3
SEED = 7


@cache
def outcomes(name: str, count: int, interval: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return established and detectable metastases, ages at death and ages at first spread."""
    entry = catalogue.cancer(name)
    compiled = engine.compile_program(entry, catalogue.body(), catalogue.drivers(), interval_days=interval)
    table = natural_history(compiled, entry, catalogue.population(), SEED, np.arange(count)).patients
    columns = ("metastases_established", "metastases", "death_age_day", "first_spread_age_day")
    each = tuple(table[column].to_numpy(zero_copy_only=False).astype(float) for column in columns)
    return each[0], each[1], each[2], each[3]


def compared(name: str, count: int, intervals: tuple[float, ...]) -> dict[str, float]:
    """Return p values of every comparison with a week."""
    week = outcomes(name, count, 7.0)
    out = {}
    for interval in intervals:
        other = outcomes(name, count, interval)
        table = [[np.sum(arm[1] > 0), np.sum(arm[1] == 0)] for arm in (week, other)]
        out[f"spread {interval}"] = float(stats.fisher_exact(table).pvalue)
        out[f"established {interval}"] = float(stats.mannwhitneyu(week[0], other[0]).pvalue)
        out[f"death {interval}"] = float(stats.ks_2samp(week[2], other[2]).pvalue)
        first = [arm[3][~np.isnan(arm[3])] for arm in (week, other)]
        out[f"first spread {interval}"] = float(stats.ks_2samp(*first).pvalue)
    return out


def held(found: dict[str, float]) -> None:
    """Hold all p values to alpha, shared among them."""
    assert {what: p for what, p in found.items() if p < ALPHA / len(found)} == {}


@pytest.mark.parametrize("name", ["colorectal", "lung_small_cell"])
def test_a_few_hundred_patients_fare_alike_at_a_week_and_a_quarter(name: str) -> None:
    """Seed 7, 300 patients, 7 and 91 days, alpha 1e-3 over four comparisons."""
    held(compared(name, 300, (91.0,)))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["colorectal", "lung_small_cell"])
def test_thousands_of_patients_fare_alike_at_every_interval(name: str) -> None:
    """Seed 7, 3,000 patients, 7 against 30, 91 and 182 days, alpha 1e-3 over twelve comparisons."""
    held(compared(name, 3_000, (30.0, 91.0, 182.0)))


@pytest.mark.parametrize("name", ["colorectal", "lung_small_cell"])
def test_the_mean_number_of_established_metastases_agrees_within_chance(name: str) -> None:
    """Seed 7, 300 patients, 7 and 91 days: patients are the same, so the paired difference is tested, alpha 1e-3."""
    gap = np.log1p(outcomes(name, 300, 7.0)[0]) - np.log1p(outcomes(name, 300, 91.0)[0])
    assert stats.ttest_1samp(gap, 0.0).pvalue > ALPHA
